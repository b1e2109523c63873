// Whatever stands in a field of a request, it is taken or refused; it is never a bug of the gateway's own.
import { describe, expect, test } from 'bun:test';
import { UnsupportedFeatureError } from '../../src/core/unsupported-feature-error.ts';
import { Refusal } from '../../src/core/refusal.ts';
import { markSignature } from '../../src/core/signature.ts';
import { TooComplex, Work } from '../../src/core/work.ts';
import { parseKeepingLongNumbers } from '../../src/lib/exact-json.ts';
import type { Protocol, ReferenceStore } from '../../src/protocols/protocol.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';

const MARKED = markSignature({ protocol: 'other', model: 'm', value: 'c2ln' }, 'next');
const SCHEMA = {
  type: 'object',
  properties: { a: { type: 'string', nullable: true, minLength: 1 }, b: { $ref: '#/$defs/b' }, c: { const: 1 } },
  allOf: [{ required: ['a'] }],
  anyOf: [{ type: 'object' }],
  required: ['a'],
  enum: ['x'],
  items: { type: 'string' },
  exclusiveMinimum: 1,
  additionalProperties: false,
  $defs: { b: { type: 'number' } },
};

/** A request of each dialect that has something of everything. */
const BODIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'openai-chat': {
    model: 'm',
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'x' }] },
      {
        role: 'user',
        name: 'n',
        content: [
          { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
          { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
          { type: 'file', file: { file_data: 'data:text/plain,x', filename: 'a.txt' } },
        ],
      },
      {
        role: 'assistant',
        content: 'x',
        refusal: 'x',
        reasoning: 'x',
        audio: { id: 'x' },
        images: [{ image_url: { url: 'https://x/y.png' } }],
        reasoning_details: [
          { type: 'reasoning.text', text: 'x', signature: 's', index: 0, origin: { protocol: 'other', model: 'm' } },
          { type: 'reasoning.encrypted', data: MARKED, id: 'x' },
        ],
        tool_calls: [
          {
            id: 'c',
            type: 'function',
            function: { name: 'f', arguments: '{}' },
            extra_content: { google: { thought_signature: 'x' }, llm_proxy: { protocol: 'other' } },
          },
          { id: 'd', type: 'custom', custom: { name: 'g', input: 'x' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: 'x' },
      { role: 'tool', name: 'g', content: 'x' },
    ],
    tools: [
      { type: 'function', function: { name: 'f', description: 'x', parameters: SCHEMA, strict: true } },
      {
        type: 'custom',
        custom: { name: 'g', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } },
      },
      { type: 'web_search' },
    ],
    tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ function: { name: 'f' } }] } },
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA, strict: true } },
    reasoning: { effort: 'low', max_tokens: 1, enabled: true, exclude: true },
    thinking: { type: 'enabled', budget_tokens: 1 },
    reasoning_effort: 'low',
    reasoning_format: 'hidden',
    modalities: ['text'],
    stop: ['x'],
    n: 1,
    max_tokens: 9,
    logprobs: true,
    top_logprobs: 1,
    user: 'u',
    stream_options: { include_usage: true },
  },
  'anthropic-messages': {
    model: 'm',
    max_tokens: 9,
    system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'x', citations: [{ type: 'char_location', cited_text: 'x', document_index: 0 }] },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
          { type: 'document', title: 't', context: 'c', source: { type: 'text', data: 'x' } },
          { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'x' }] } },
          { type: 'search_result', title: 't', source: 's', content: [{ text: 'x' }] },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: '', signature: MARKED },
          { type: 'redacted_thinking', data: MARKED },
          { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } },
          { type: 'server_tool_use', id: 'd' },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'c', is_error: true, content: [{ type: 'text', text: 'x' }] }],
      },
    ],
    tools: [
      { name: 'f', input_schema: SCHEMA, strict: true },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 1024, display: 'omitted' },
    output_config: { effort: 'low', format: { type: 'json_schema', schema: SCHEMA } },
    context_management: { edits: [{ type: 'x' }] },
    metadata: { user_id: 'u' },
    stop_sequences: ['x'],
    thread: { type: 'x' },
  },
  'openai-responses': {
    model: 'm',
    instructions: 'x',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'x' },
          { type: 'input_image', image_url: 'https://x', detail: 'low' },
        ],
      },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'x', annotations: [{ type: 'url_citation', url: 'x' }] }],
      },
      { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'x' }], encrypted_content: MARKED },
      { type: 'function_call', call_id: 'c', name: 'f', namespace: 'n', arguments: '{}' },
      {
        type: 'function_call_output',
        call_id: 'c',
        output: [{ type: 'input_file', file_data: 'AA', filename: 'x.pdf' }],
      },
      { type: 'tool_search_call', execution: 'client', call_id: 's', arguments: {} },
      { type: 'tool_search_output', execution: 'client', call_id: 's', tools: [{ type: 'function', name: 'h' }] },
      { type: 'custom_tool_call', call_id: 'd', name: 'g', input: 'x' },
      { type: 'web_search_call', id: 'w' },
      { type: 'item_reference', id: 'i' },
    ],
    tools: [
      { type: 'function', name: 'f', parameters: SCHEMA, strict: true },
      { type: 'namespace', name: 'n', description: 'x', tools: [{ type: 'function', name: 'f' }] },
      { type: 'custom', name: 'g', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
      { type: 'tool_search', execution: 'client' },
    ],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
    text: { format: { type: 'json_schema', name: 'n', schema: SCHEMA }, verbosity: 'low' },
    reasoning: { effort: 'low', summary: 'auto' },
    include: ['x'],
    metadata: { a: 'x' },
    truncation: 'auto',
    stop: ['x'],
  },
  gemini: {
    system_instruction: { parts: [{ text: 'x' }] },
    contents: [
      {
        role: 'user',
        parts: [
          { text: 'x' },
          { inlineData: { mimeType: 'image/png', data: 'AA' } },
          { file_data: { file_uri: 'https://x/y.mp4' } },
        ],
      },
      {
        role: 'model',
        parts: [
          { text: 'x', thought: true, thoughtSignature: MARKED },
          { functionCall: { id: 'c', name: 'f', args: { a: 1 } } },
          { executableCode: { code: 'x' } },
        ],
      },
      {
        role: 'function',
        parts: [
          {
            functionResponse: {
              id: 'c',
              name: 'f',
              response: { result: { a: 1 } },
              parts: [{ inlineData: { data: 'AA' } }],
            },
          },
        ],
      },
    ],
    tools: [{ functionDeclarations: [{ name: 'f', parameters: SCHEMA }] }, { googleSearch: {} }],
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
    generationConfig: {
      responseMimeType: 'application/json',
      responseSchema: {
        type: 'OBJECT',
        properties: { a: { type: 'STRING', nullable: true } },
        propertyOrdering: ['a'],
      },
      responseModalities: ['TEXT'],
      stopSequences: ['x'],
      seed: 1,
      thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'low', includeThoughts: true },
      responseFormat: [{ text: { mimeType: 'application/json', schema: SCHEMA } }],
    },
  },
};

/** As they stand in a JSON text. */
const ODD = [
  '12345678901234567890',
  '-12345678901234567890',
  '1e400',
  '1e308',
  'null',
  'true',
  '""',
  '"\\ud800"',
  '"__proto__"',
  '"constructor"',
  '"data:;,%"',
  '"\\u0000"',
  '[]',
  '{}',
  '[null]',
  '[12345678901234567890]',
  '{"type":12345678901234567890}',
  '{"__proto__":{"text":"x"},"constructor":1,"text":12345678901234567890}',
  '[[[[[]]]]]',
];

const HOLE = '\u2603';

/** The body's JSON with a hole, once for each value in it. */
function holes(body: unknown): string[] {
  const texts: string[] = [];
  const visit = (value: unknown, put: (hole: unknown) => unknown): void => {
    texts.push(JSON.stringify(put(HOLE)));
    if (Array.isArray(value)) {
      for (const [at, inner] of value.entries()) visit(inner, (hole) => put(value.with(at, hole)));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, (hole) => put({ ...value, [key]: hole }));
    }
  };
  visit(body, (hole) => hole);
  return texts.slice(1);
}

const MODELS: Readonly<Record<string, readonly string[]>> = {
  'anthropic-messages': ['claude-sonnet-4-6'],
  gemini: ['gemini-2.5-pro', 'gemini-3-pro'],
  'openai-responses': ['gpt-5.1'],
  'openai-chat': ['some-model'],
};
/** As for one of many callers, to whom nothing is known. */
const STORE: ReferenceStore = { item: () => '{}', refer: (id) => id, isOwn: () => false };
const PROMPT = { before: 'B', after: 'A', alone: 'BA' };
const protocols = PROTOCOLS.filter(([key, { name }]) => key === name).map(([, protocol]) => protocol);

function run(text: string, client: Protocol): void {
  const body = JSON.parse(text) as Record<string, unknown>;
  client.conversationStart(body);
  client.injectSystem(
    client.removeForeignSignatures(text, body, 'm'),
    body,
    { ...PROMPT, escaped: PROMPT },
    'generate',
  );
  client.wire.renameModel?.(text, 'm');
  client.providerState?.refers(body);
  orRefused(() => client.providerState?.resolve(text, body, STORE));
  client.wire.address('embed', { model: 'm', stream: false, body });
  orRefused(() => client.codec.embedding?.decodeRequest(body));
  orRefused(() => {
    const fields = parseKeepingLongNumbers(text) as Record<string, unknown>;
    const conversation = client.codec.decodeRequest(fields, { stream: false, work: new Work() });
    for (const upstream of protocols) {
      for (const model of MODELS[upstream.name] ?? []) {
        orRefused(() => JSON.stringify(upstream.codec.encodeRequest(conversation, { model, quirks: {} }).body));
      }
    }
  });
}

function orRefused(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof UnsupportedFeatureError || error instanceof TooComplex))
      throw error;
  }
}

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))('a request in %s', (name, client) => {
  test('as it stands is one', () => {
    const body = BODIES[name] ?? {};
    expect(() => client.codec.decodeRequest(body, { stream: false })).not.toThrow();
  });

  test.each(ODD)('with %s anywhere is taken or refused', (odd) => {
    const bugs = holes(BODIES[name]).flatMap((text) => {
      const written = text.replace(`"${HOLE}"`, () => odd);
      try {
        run(written, client);
        return [];
      } catch (error) {
        return [`${String(error)} in ${written.slice(Math.max(0, text.indexOf(HOLE) - 60), text.indexOf(HOLE) + 60)}`];
      }
    });
    expect([...new Set(bugs)].slice(0, 8)).toEqual([]);
  });
});
