import * as fc from 'fast-check';
import type OpenAI from 'openai';
import { describe, expect, test } from 'bun:test';
import type { Conversation } from '../../core/conversation.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { Part } from '../../core/part.ts';
import { Refusal } from '../../core/refusal.ts';
import { markSignature } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { codec } from './codec.ts';
import { flatName } from './namespaces.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';
import { fatesOf, namesOf } from '../contract/unsupported.fixture.ts';

function decode(body: JsonObject): Conversation {
  return codec.decodeRequest(body, { stream: body['stream'] === true });
}

function encode(
  conversation: Partial<Conversation>,
  model = 'gpt-5',
): { body: JsonObject; dropped: readonly string[] } {
  const { body, unsupported } = codec.encodeRequest({ ...EMPTY, ...conversation }, { model, quirks: {} });
  return { body, dropped: namesOf(unsupported) };
}

const EMPTY: Conversation = {
  system: [],
  turns: [],
  tools: [],
  settings: {},
  stream: false,
  wantsUsage: true,
  unsupported: [],
};

function said(...parts: Part[]): Conversation['turns'] {
  return [{ role: 'user', parts }];
}

describe('what Codex sends', () => {
  const body = {
    model: 'gpt-5-codex',
    instructions: 'You are Codex.',
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: '<permissions>' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: '<environment_context>' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix it.' }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], content: null, encrypted_content: 'gAAA' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
      { type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'call_1' },
      { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin', call_id: 'call_2', status: 'completed' },
      { type: 'function_call', name: 'create', namespace: 'mcp__cal', arguments: '{}', call_id: 'call_3' },
      { type: 'function_call_output', call_id: 'call_1', output: 'a.ts' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: 'Done.' },
      { type: 'function_call_output', call_id: 'call_3', output: [{ type: 'input_text', text: 'ok' }] },
      { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'x' } },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
    ],
    tools: [
      { type: 'function', name: 'shell', description: 'Runs.', strict: false, parameters: { type: 'object' } },
      {
        type: 'custom',
        name: 'apply_patch',
        description: 'Patches.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' },
      },
      { type: 'web_search', external_web_access: true },
      {
        type: 'namespace',
        name: 'mcp__cal',
        description: 'Calendar.',
        tools: [
          { type: 'function', name: 'create', strict: false, parameters: { type: 'object' }, defer_loading: true },
        ],
      },
      {
        type: 'tool_search',
        execution: 'client',
        description: 'Finds tools.',
        parameters: { type: 'object', properties: { query: {} } },
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'high', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: 'k',
    text: { verbosity: 'low' },
    client_metadata: { x: 'y' },
  };
  const conversation = decode(body);

  test('has nothing unsupported but what is of its namespaces', () =>
    expect(conversation.unsupported).toEqual([
      leftOut(field('tools[mcp__cal].description')),
      leftOut(field('tools[].tools[].defer_loading')),
    ]));

  test('is a conversation', () => {
    expect(conversation.system.map(({ text }) => text)).toEqual(['You are Codex.', '<permissions>']);
    expect(conversation.turns.map(({ role, parts }) => [role, ...parts.map(({ type }) => type)])).toEqual([
      ['user', 'text'],
      ['user', 'text'],
      ['assistant', 'reasoning', 'text', 'tool_call', 'tool_call', 'tool_call'],
      ['user', 'tool_result', 'tool_result', 'tool_result'],
      ['assistant', 'native'],
      ['system', 'text'],
    ]);
    expect(conversation.turns[2]?.parts).toEqual([
      { type: 'reasoning', text: 'hm', signature: { protocol: 'openai-responses', value: 'gAAA' } },
      { type: 'text', text: 'Looking.' },
      { type: 'tool_call', id: 'call_1', name: 'shell', arguments: '{"command":["ls"]}' },
      { type: 'tool_call', id: 'call_2', name: 'apply_patch', arguments: '*** Begin', freeform: true },
      { type: 'tool_call', id: 'call_3', name: 'mcp__cal__create', arguments: '{}' },
    ]);
  });

  test('offers its tools to any model', () => {
    expect(conversation.tools.map((tool) => [tool.type, tool.name])).toEqual([
      ['function', 'shell'],
      ['freeform', 'apply_patch'],
      ['native', 'web_search'],
      ['function', 'mcp__cal__create'],
      ['function', 'tool_search'],
    ]);
  });

  test('has its settings', () => {
    expect(conversation).toMatchObject({
      reasoning: { effort: 'high', visible: true },
      settings: { parallelToolCalls: true, verbosity: 'low' },
      toolChoice: { mode: 'auto' },
      stream: true,
    });
  });

  test('comes out as it went in', () => {
    const { body: again, dropped } = encode(conversation, 'gpt-5-codex');
    expect(dropped).toEqual([]);
    const { defer_loading: _lazy, ...create } = body.tools[3]?.tools?.[0] ?? {};
    expect(again['tools']).toEqual([
      { ...body.tools[0], parameters: { type: 'object', properties: {} } },
      ...body.tools.slice(1, 3),
      { ...body.tools[3], tools: [{ ...create, parameters: { type: 'object', properties: {} } }] },
      body.tools[4],
    ] as never);
    expect((again['input'] as unknown[]).slice(-9, -1)).toEqual([
      { role: 'assistant', content: 'Looking.' },
      { type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'call_1' },
      { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin', call_id: 'call_2' },
      { type: 'function_call', name: 'create', namespace: 'mcp__cal', arguments: '{}', call_id: 'call_3' },
      { type: 'function_call_output', call_id: 'call_1', output: 'a.ts' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: 'Done.' },
      { type: 'function_call_output', call_id: 'call_3', output: 'ok' },
      body.input[11],
    ]);
    expect(again).toMatchObject({
      instructions: 'You are Codex.\n\n<permissions>',
      reasoning: { effort: 'high', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
      stream: true,
      text: { verbosity: 'low' },
    });
  });
});

describe('fields', () => {
  test('what is unsupported is required, or left out', () => {
    const body = {
      input: [
        { type: 'item_reference', id: 'rs_1' },
        { role: 'user', content: 'hi' },
      ],
      previous_response_id: 'resp_1',
      conversation: { id: 'conv_1' },
      prompt: { id: 'pmpt_1' },
      background: true,
      max_tool_calls: 3,
      truncation: 'auto',
      context_management: [{ type: 'compaction' }],
      moderation: {},
      metadata: { a: 'b' },
      service_tier: 'flex',
      store: true,
    };
    expect(fatesOf(decode(body).unsupported).sort()).toEqual([
      'required background',
      'required context_management',
      'required conversation',
      'required item_reference',
      'required previous_response_id',
      'required prompt',
      'unsupported max_tool_calls',
      'unsupported moderation',
      'unsupported truncation',
    ]);
  });

  test.each([
    ['compaction', { type: 'compaction', id: 'cmp_1', encrypted_content: 'AAAA' }],
    ['compaction_summary', { type: 'compaction_summary', encrypted_content: 'AAAA' }],
    ['compaction_trigger', { type: 'compaction_trigger' }],
  ])('%s means something only where it is from', (path, item) => {
    const { unsupported } = decode({ input: [{ role: 'user', content: 'hi' }, item] });
    expect(unsupported).toMatchObject([{ type: 'required', feature: { path } }]);
  });

  test('context management without a summary is named, or nothing', () => {
    const input = 'hi';
    expect(decode({ input, context_management: [] }).unsupported).toEqual([]);
    expect(decode({ input, context_management: [{ type: 'new' }] }).unsupported).toEqual([
      leftOut(field('context_management')),
    ]);
  });

  test('the last update of a setting counts, and says nothing of the conversation', () => {
    const schema = { type: 'object' };
    const update = (fields: object) => ({ type: 'configuration_update', ...fields });
    const { turns, reasoning, output, unsupported } = decode({
      reasoning: { effort: 'high', summary: 'auto' },
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      input: [
        update({ id: 'cu_1', reasoning: { effort: 'low' }, text: { format: { type: 'text' } } }),
        { role: 'user', content: 'hi' },
        update({ reasoning: { effort: 'minimal' } }),
        { role: 'user', content: 'ho' },
        update({ text: { format: { type: 'json_schema', name: 'a', schema } }, tone: 'dry', reasoning: { mode: 'x' } }),
      ],
    });
    expect(turns.map(({ role }) => role)).toEqual(['user', 'user']);
    expect(reasoning).toEqual({ effort: 'minimal', visible: true });
    expect(output).toEqual({ type: 'schema', schema, name: 'a' });
    expect(fatesOf(unsupported)).toEqual([
      'unsupported configuration_update.tone',
      'unsupported configuration_update.reasoning.mode',
    ]);
  });

  test('what says nothing is nothing', () => {
    const body = { input: 'hi', background: false, truncation: 'disabled', previous_response_id: null, prompt: null };
    expect(decode(body)).toEqual({
      ...EMPTY,
      turns: said({ type: 'text', text: 'hi' }),
      own: { metadata: {}, truncation: 'disabled', store: true },
    });
  });

  test.each([
    [{}, 'input'],
    [{ input: 7 }, 'input'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: [{ role: 'king', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ content: 'x' }] }, 'input[0].type'],
    [{ input: [{ role: 'user', content: 7 }] }, 'input[0].content'],
    [{ input: 'x', tools: {} }, 'tools'],
    [{ input: 'x', instructions: [] }, 'instructions'],
  ])('%j is refused for its `%s`', (body, param) => {
    let error: unknown;
    try {
      decode(body);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).details.param).toBe(param);
  });
});

describe('tool choice', () => {
  const tools = [
    { type: 'function', name: 'f', parameters: {} },
    { type: 'custom', name: 'c' },
    { type: 'web_search' },
  ];
  test.each([
    ['required'],
    ['none'],
    [{ type: 'function', name: 'f' }],
    [{ type: 'custom', name: 'c' }],
    [{ type: 'web_search' }],
    [
      {
        type: 'allowed_tools',
        mode: 'required',
        tools: [
          { type: 'function', name: 'f' },
          { type: 'custom', name: 'c' },
        ],
      },
    ],
    [{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] }],
  ])('%j comes out as it went in', (choice) => {
    expect(encode(decode({ input: 'x', tools, tool_choice: choice })).body['tool_choice']).toEqual(choice as never);
  });

  test.each([
    [{ mode: 'native', protocol: 'another', value: {} }],
    [{ mode: 'required' }],
    [{ mode: 'tool', name: 'f' }],
  ] as const)('%j of nothing that can be offered is unsupported', (toolChoice) => {
    const native = { type: 'native', protocol: 'another', name: 'googleSearch', value: {} } as const;
    expect(() => encode({ toolChoice, tools: [native] })).toThrow(UnsupportedFeatureError);
    expect(encode({ tools: [native] }).dropped).toEqual(['tools[googleSearch]']);
  });
});

describe('a request of another dialect', () => {
  test('is of the types of the SDK', () => {
    const { body } = encode(
      {
        system: [
          { type: 'text', text: 'S' },
          { type: 'text', text: 'T' },
        ],
        turns: [
          { role: 'user', parts: [{ type: 'text', text: 'U' }] },
          {
            role: 'assistant',
            parts: [
              { type: 'text', text: 'A' },
              { type: 'tool_call', id: 'c', name: 'f', arguments: '' },
            ],
          },
          {
            role: 'user',
            parts: [
              { type: 'tool_result', callId: 'c', content: [] },
              { type: 'text', text: 'V' },
            ],
          },
        ],
        tools: [{ type: 'function', name: 'f' }],
        output: { type: 'schema', schema: { type: 'object' } },
        reasoning: { budgetTokens: 8000, visible: true },
        settings: { maxTokens: 100, temperature: 0, logprobs: true, topLogprobs: 2, user: 'u' },
      },
      'own-model',
    );
    const expected: OpenAI.Responses.ResponseCreateParams = {
      model: 'own-model',
      instructions: 'S\n\nT',
      input: [
        { role: 'user', content: 'U' },
        { role: 'assistant', content: 'A' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: '' },
        { role: 'user', content: 'V' },
      ],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false }],
      text: { format: { type: 'json_schema', name: 'answer', schema: { type: 'object' } } },
      reasoning: { effort: 'medium', summary: 'auto' },
      max_output_tokens: 100,
      temperature: 0,
      top_logprobs: 2,
      safety_identifier: 'u',
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
      store: false,
      stream: false,
    };
    expect(body).toEqual(expected as never);
  });

  test('settings that have no place are named, those without effect are not', () => {
    expect(encode({ settings: { topK: 1, stop: ['x'], seed: 7, minP: 0.1, presencePenalty: 1 } }).dropped).toEqual([
      'topK',
      'minP',
      'stop',
      'seed',
      'presencePenalty',
    ]);
    expect(encode({ settings: { stop: [], frequencyPenalty: 0, presencePenalty: 0 } }).dropped).toEqual([]);
  });

  test('reasoning is asked for where the model can think', () => {
    expect(encode({}, 'gpt-4o').body['include']).toBeUndefined();
    expect(encode({}, 'gpt-5').body['include']).toEqual(['reasoning.encrypted_content']);
    expect(encode({}, 'openai/o4-mini').body['include']).toEqual(['reasoning.encrypted_content']);
    expect(encode({}, 'own-model').body['include']).toBeUndefined();
    expect(encode({ reasoning: { effort: 'low' } }, 'own-model').body).toMatchObject({
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'low' },
    });
    expect(encode({ reasoning: { adaptive: true, visible: true } }).body['reasoning']).toEqual({
      effort: 'medium',
      summary: 'auto',
    });
    expect(encode({ reasoning: { enabled: false } }, 'gpt-5.6').body['reasoning']).toEqual({ effort: 'none' });
    expect(encode({ reasoning: { effort: 'high' } }, 'gpt-4o')).toMatchObject({ dropped: ['reasoning'] });
    expect(encode({ reasoning: { enabled: false } }, 'gpt-4o')).toMatchObject({ dropped: [] });
  });

  test('only thoughts that the model can read go to it', () => {
    const reasoning = (model: string | undefined, protocol = 'openai-responses'): Part => ({
      type: 'reasoning',
      text: 'hm',
      id: 'rs_1',
      signature: { protocol, model, value: 'gAAA' },
    });
    const turns = (part: Part): Conversation['turns'] => [
      { role: 'assistant', parts: [part, { type: 'text', text: 'a' }] },
    ];
    const answer = { role: 'assistant', content: 'a' };
    const item = {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'hm' }],
      encrypted_content: 'gAAA',
    };
    expect(encode({ turns: turns(reasoning('gpt-5')) }).body['input']).toEqual([item, answer]);
    expect(encode({ turns: turns(reasoning(undefined)) }).body['input']).toEqual([item, answer]);
    expect(encode({ turns: turns(reasoning('gpt-6')) }).body['input']).toEqual([answer]);
    expect(encode({ turns: turns(reasoning('gpt-5', 'another')) }).body['input']).toEqual([answer]);
    expect(encode({ turns: turns({ type: 'reasoning', text: 'hm' }) }).body['input']).toEqual([answer]);
  });

  test('media', () => {
    const png = { from: 'base64', mediaType: 'image/png', data: 'AAAA' } as const;
    const pdf = { from: 'base64', mediaType: 'application/pdf', data: 'AAAA' } as const;
    const parts: Part[] = [
      { type: 'media', kind: 'image', source: png, detail: 'high' },
      { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x/y.png' } },
      { type: 'media', kind: 'document', source: pdf },
      { type: 'media', kind: 'document', source: { from: 'url', url: 'https://x/y.pdf' } },
      { type: 'media', kind: 'document', source: { from: 'text', text: 'T', mediaType: 'text/plain' }, name: 'n.txt' },
      { type: 'media', kind: 'document', source: { from: 'file', id: 'file-1', protocol: 'openai-responses' } },
    ];
    expect(encode({ turns: said(...parts) }).body['input']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_image', detail: 'high', image_url: 'data:image/png;base64,AAAA' },
          { type: 'input_image', detail: 'auto', image_url: 'https://x/y.png' },
          { type: 'input_file', filename: 'document.pdf', file_data: 'data:application/pdf;base64,AAAA' },
          { type: 'input_file', file_url: 'https://x/y.pdf' },
          { type: 'input_file', filename: 'n.txt', file_data: 'data:text/plain;base64,VA==' },
          { type: 'input_file', file_id: 'file-1' },
        ],
      },
    ]);
  });

  test.each([
    [{ type: 'media', kind: 'video', source: { from: 'url', url: 'https://x/y.mp4' } }],
    [{ type: 'media', kind: 'audio', source: { from: 'base64', mediaType: 'audio/mpeg', data: 'AAAA' } }],
    [{ type: 'media', kind: 'image', source: { from: 'file', id: 'file-1', protocol: 'another' } }],
  ] as const)('%j is unsupported', (part) => {
    expect(() => encode({ turns: said(part) })).toThrow(UnsupportedFeatureError);
  });

  test('what runs at another provider is named', () => {
    const native = { type: 'native', protocol: 'another', kind: 'server_tool_use', value: {} } as const;
    expect(encode({ turns: [{ role: 'assistant', parts: [native] }] })).toMatchObject({ dropped: ['server_tool_use'] });
  });
});

describe('signatures of other dialects come back to where they were', () => {
  const signature = { protocol: 'another', model: 'm', value: 'c2ln' };
  const carrier = (attachment?: 'next' | 'previous'): JsonObject => ({
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    encrypted_content: markSignature(signature, attachment),
  });

  test('of a text, of a call, of thoughts', () => {
    const input = [
      { ...carrier(), summary: [{ type: 'summary_text', text: 'hm' }] },
      { role: 'assistant', content: 'A' },
      carrier('previous'),
      carrier('next'),
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: 'd', name: 'f', arguments: '{}' },
    ];
    expect(decode({ input }).turns[0]?.parts).toEqual([
      { type: 'reasoning', text: 'hm', signature },
      { type: 'text', text: 'A', signature },
      { type: 'tool_call', id: 'c', name: 'f', arguments: '{}', signature },
      { type: 'tool_call', id: 'd', name: 'f', arguments: '{}' },
    ]);
  });

  test('of what was hidden altogether', () => {
    const encrypted = markSignature(signature, undefined, { redacted: true });
    expect(decode({ input: [{ ...carrier(), encrypted_content: encrypted }] }).turns[0]?.parts).toEqual([
      { type: 'reasoning', text: '', signature, redacted: true },
    ]);
  });
});

describe('names of tools in a namespace', () => {
  test.each([
    ['create', undefined, 'create'],
    ['find', 'find', 'find'],
    ['create', 'crm', 'crm__create'],
    ['create', 'mcp__crm__', 'mcp__crm__create'],
    ['create', 'my crm.eu', 'my_crm_eu__create'],
  ])('%s of %p is %s', (name, namespace, flat) => expect(flatName(name, namespace)).toBe(flat));

  test('are never too long, and never the same', () => {
    const [one, other] = [flatName('a'.repeat(60), 'n'.repeat(60)), flatName('b'.repeat(60), 'n'.repeat(60))];
    expect([one.length, other.length]).toEqual([64, 64]);
    expect(one).not.toBe(other);
  });
});

test('counting', () => {
  const { counting } = codec;
  const conversation = decode({ input: 'hi', instructions: 'I', max_output_tokens: 5, stream: true });
  expect(counting?.encodeCount(conversation, { model: 'gpt-5', quirks: {} })).toEqual({
    model: 'gpt-5',
    instructions: 'I',
    input: [{ role: 'user', content: 'hi' }],
  });
  expect(counting?.decodeCount(counting.encodeCountAnswer(7))).toBe(7);
  expect(counting?.decodeCount({})).toBeUndefined();
});

test('the id of a user is never longer than the API takes', () => {
  const user = `user_${'a'.repeat(64)}_session`;
  const { safety_identifier: id } = encode({ settings: { user } }).body;
  expect(id).toHaveLength(64);
  expect(encode({ settings: { user } }).body['safety_identifier']).toBe(id as string);
});

describe('what a model that thinks does not take', () => {
  const settings = { temperature: 0.5, topP: 0.9, logprobs: true, topLogprobs: 2, maxTokens: 50 };

  test('is left out and named, but for what goes without saying', () => {
    const { body, dropped } = encode({ settings }, 'openai/gpt-5-mini');
    expect(dropped).toEqual(['temperature', 'topP', 'logprobs']);
    expect(body).toMatchObject({ max_output_tokens: 50 });
    for (const field of ['temperature', 'top_p', 'top_logprobs']) expect(body).not.toHaveProperty(field);
    expect(encode({ settings: { temperature: 1, topP: 1 } }).dropped).toEqual([]);
  });

  test('is taken by one that was told not to think, and by others', () => {
    expect(encode({ settings, reasoning: { effort: 'none' } }, 'gpt-5.6').dropped).toEqual([]);
    expect(encode({ settings }, 'gpt-4o').body).toMatchObject({ temperature: 0.5, top_p: 0.9, top_logprobs: 2 });
    expect(encode({ settings }, 'own-model').dropped).toEqual([]);
  });

  test.each([
    ['o3', 'none', 'low', ['reasoning']],
    ['gpt-5', 'none', 'minimal', ['reasoning']],
    ['gpt-5-2025-08-07', 'xhigh', 'high', []],
    ['gpt-5-pro', 'low', 'high', []],
    ['gpt-5.1', 'minimal', 'low', []],
    ['gpt-5.1', 'none', 'none', []],
    ['gpt-5.4', 'max', 'xhigh', []],
    ['openai.gpt-5.6-luna', 'max', 'max', []],
    ['gpt-5.3-codex', 'none', 'low', ['reasoning']],
    ['own-model', 'max', 'max', []],
  ] as const)('%s asked for %s is asked for %s', (model, wished, effort, dropped) => {
    const encoded = encode({ reasoning: { effort: wished } }, model);
    expect(encoded.body['reasoning']).toEqual({ effort });
    expect(encoded.dropped).toEqual(dropped);
  });
});

const words = fc.string({ minLength: 1, unit: 'grapheme' });
const textPart = fc.record({ type: fc.constant('text' as const), text: words });
const mediaPart: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    type: fc.constant('media' as const),
    kind: fc.constant('image' as const),
    source: fc.constantFrom(
      { from: 'base64', mediaType: 'image/png', data: 'AAAA' } as const,
      { from: 'url', url: 'https://x/y.png' } as const,
    ),
    detail: fc.constantFrom('low', 'auto'),
  }),
  fc.constant<Part>({
    type: 'media',
    kind: 'document',
    source: { from: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
    name: 'n.pdf',
  }),
);
const callPart = fc.oneof(
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constantFrom('f', 'crm__find'),
    arguments: fc.jsonValue().map((value) => JSON.stringify({ value })),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constant('patch'),
    arguments: words,
    freeform: fc.constant(true),
  }),
);
const reasoningPart = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.oneof(words, fc.constant('')),
  signature: fc.constant({ protocol: 'openai-responses', value: 'gAAA' }),
});
const resultPart = fc.record({
  type: fc.constant('tool_result' as const),
  callId: fc.uuid(),
  content: fc.array(fc.oneof(textPart, mediaPart as fc.Arbitrary<Extract<Part, { type: 'media' }>>), { maxLength: 3 }),
});
const turn = fc.oneof(
  fc.record({
    role: fc.constant('user' as const),
    parts: fc.array(fc.oneof(textPart, mediaPart, resultPart), { minLength: 1 }),
  }),
  fc.record({
    role: fc.constant('assistant' as const),
    parts: fc.array(fc.oneof(textPart, callPart, reasoningPart), { minLength: 1 }),
  }),
  fc.record({ role: fc.constant('system' as const), parts: fc.array(textPart, { minLength: 1, maxLength: 2 }) }),
);

/** All parts in their order, each with who says it: how they are put into turns and messages is each dialect's own affair. */
function flat({ turns }: Conversation): unknown {
  return JSON.parse(
    JSON.stringify(turns.flatMap(({ role, parts }) => parts.map((part) => ({ role, ...part, ownMessage: undefined })))),
  );
}

test('whatever is written is read as it was', () => {
  const tools = decode({
    input: 'x',
    tools: [
      { type: 'function', name: 'f' },
      { type: 'custom', name: 'patch' },
      { type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'find' }] },
    ],
  }).tools;
  const first = { role: 'user', parts: [{ type: 'text', text: 'U' }] } as const;
  fc.assert(
    fc.property(fc.array(textPart, { maxLength: 2 }), fc.array(turn, { maxLength: 6 }), (system, turns) => {
      const conversation = { ...EMPTY, system, turns: [first, ...turns], tools };
      const again = decode(encode(conversation).body);
      expect(flat(again)).toEqual(flat(conversation));
      expect(again.system.map(({ text }) => text).join('\n\n')).toBe(system.map(({ text }) => text).join('\n\n'));
      expect(again.tools.map(({ name }) => name)).toEqual(['f', 'patch', 'crm__find']);
    }),
    { numRuns: 300 },
  );
});

describe('what the API refuses is not sent', () => {
  test('a limit of fewer than 16 tokens is 16, and named', () => {
    const { body, dropped } = encode({ settings: { maxTokens: 1 } });
    expect(body['max_output_tokens']).toBe(16);
    expect(dropped).toEqual(['maxTokens']);
    expect(encode({ settings: { maxTokens: 16 } }).dropped).toEqual([]);
  });

  test("the system's words are the input where nobody else has said anything", () => {
    const { body } = encode({ system: [{ type: 'text', text: 'Begin.' }] });
    expect(body['input']).toEqual([{ role: 'developer', content: 'Begin.' }]);
    expect(body).not.toHaveProperty('instructions');
    expect(encode({}).body['input']).toEqual([{ role: 'user', content: '' }]);
  });

  test('an id of more than 64 characters is a shorter one, of the call and its result alike', () => {
    const id = `call_${'x'.repeat(80)}`;
    const parts: Part[] = [{ type: 'tool_call', id, name: 'f', arguments: '{}' }];
    const results: Part[] = [{ type: 'tool_result', callId: id, content: [] }];
    const { body } = encode({ turns: [{ role: 'assistant', parts }, ...said(...results)] });
    const [call, result] = body['input'] as { call_id: string }[];
    expect(call?.call_id.length).toBeLessThanOrEqual(64);
    expect(result?.call_id).toBe(call?.call_id as string);
  });
});

test('where the system speaks first, what it says later is in the instructions', () => {
  const turns: Conversation['turns'] = [
    { role: 'user', parts: [{ type: 'text', text: 'a' }] },
    { role: 'system', parts: [{ type: 'text', text: 'later' }] },
    { role: 'user', parts: [{ type: 'text', text: 'b' }] },
  ];
  const asked = { ...EMPTY, system: [{ type: 'text', text: 'first' } as const], turns };
  const { body } = codec.encodeRequest(asked, { model: 'm', quirks: { systemFirst: true } });
  expect(body['instructions']).toBe('first\n\nlater');
  expect((body['input'] as { role: string }[]).map(({ role }) => role)).toEqual(['user', 'user']);
  const { body: kept } = codec.encodeRequest(asked, { model: 'm', quirks: {} });
  expect((kept['input'] as { role: string }[]).map(({ role }) => role)).toEqual(['user', 'developer', 'user']);
});
