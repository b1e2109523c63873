// Requests of any size, one for each list and each nesting of a dialect that a client can make longer.
import { markSignature } from '../../src/core/signature.ts';

/** The text of a request with `n` of something. */
export type Shape = (n: number) => string;

const MARKED = markSignature({ protocol: 'other', model: 'other-model', value: 'c2lnbmVk' });
const LEGIBLE = { type: 'object', properties: { a: { type: 'string' } } };

function times<T>(n: number, make: (at: number) => T): T[] {
  return Array.from({ length: n }, (_, at) => make(at));
}

function object<T>(n: number, make: (at: number) => readonly [string, T]): Record<string, T> {
  return Object.fromEntries(times(n, make));
}

/** JSON Schemas, for tools and answers of every dialect. */
export const SCHEMAS: Readonly<Record<string, (n: number) => object>> = {
  'allOf of parts': (n) => ({ allOf: times(n, (at) => ({ properties: { [`p${at}`]: { type: 'string' } } })) }),
  'allOf of required': (n) => ({ type: 'object', allOf: times(n, (at) => ({ required: [`p${at}`] })) }),
  'allOf of one reference': (n) => ({ allOf: times(n, () => ({ $ref: '#/$defs/a' })), $defs: { a: LEGIBLE } }),
  'allOf of itself': (n) => ({ type: 'object', allOf: times(n, () => ({ $ref: '#' })) }),
  'references to itself': (n) => ({ type: 'object', properties: object(n, (at) => [`p${at}`, { $ref: '#' }]) }),
  properties: (n) => ({ type: 'object', properties: object(n, (at) => [`p${at}`, { type: 'string' }]) }),
  'closed properties': (n) => ({
    type: 'object',
    additionalProperties: false,
    properties: object(n, (at) => [`p${at}`, { type: 'string', minLength: 1 }]),
  }),
  required: (n) => ({ type: 'object', properties: {}, required: times(n, (at) => `p${at}`) }),
  enum: (n) => ({ type: 'object', properties: { a: { enum: times(n, (at) => `e${at}`) } } }),
  anyOf: (n) => ({ anyOf: times(n, (at) => ({ type: 'object', properties: { [`p${at}`]: {} } })) }),
  'unknown keywords': (n) => ({ type: 'object', ...object(n, (at) => [`x-${at}`, at]) }),
  'chain of references': (n) => ({
    type: 'object',
    properties: { a: { $ref: '#/$defs/d0' } },
    $defs: object(n, (at) => [`d${at}`, { $ref: `#/$defs/d${at + 1}` }]),
  }),
  'chain of allOf': (n) => ({
    allOf: [{ $ref: '#/$defs/d0' }],
    $defs: object(n, (at) => [`d${at}`, { allOf: [{ $ref: `#/$defs/d${at + 1}` }], required: [`p${at}`] }]),
  }),
  'definitions that refer to one': (n) => ({
    type: 'object',
    properties: { a: { $ref: '#/$defs/d0' } },
    $defs: object(n, (at) => [`d${at}`, { type: 'object', properties: { b: { $ref: '#/$defs/d0' } } }]),
  }),
};

const chatMessages = (messages: readonly unknown[], rest: object = {}): string =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }, ...messages], ...rest });
const chatCall = (id: string | undefined, name = 'f', rest: object = {}): object => ({
  id,
  type: 'function',
  function: { name, arguments: '{"a":1}' },
  ...rest,
});
const chatTool = (name: string, parameters: object = LEGIBLE): object => ({
  type: 'function',
  function: { name, parameters, strict: true },
});

const CHAT: Readonly<Record<string, Shape>> = {
  'turns of both': (n) => chatMessages(times(n, (at) => ({ role: at % 2 === 0 ? 'assistant' : 'user', content: 'x' }))),
  'turns of the user': (n) => chatMessages(times(n, () => ({ role: 'user', content: 'x' }))),
  'turns of the assistant': (n) => chatMessages(times(n, () => ({ role: 'assistant', content: 'x' }))),
  'turns of the system': (n) => chatMessages(times(n, () => ({ role: 'system', content: 'x' }))),
  'results of one turn': (n) =>
    chatMessages([
      { role: 'assistant', tool_calls: times(n, (at) => chatCall(`c${at}`)) },
      ...times(n, (at) => ({ role: 'tool', tool_call_id: `c${at}`, content: 'x' })),
    ]),
  'results in reverse': (n) =>
    chatMessages([
      ...times(n, (at) => ({ role: 'assistant', tool_calls: [chatCall(`c${at}`)] })),
      ...times(n, (at) => ({ role: 'tool', tool_call_id: `c${n - at - 1}`, content: 'x' })),
    ]),
  'results without id': (n) =>
    chatMessages([
      { role: 'assistant', tool_calls: times(n, (at) => chatCall(`c${at}`, `f${at}`)) },
      ...times(n, (at) => ({ role: 'tool', name: `f${n - at - 1}`, content: 'x' })),
    ]),
  'results of nobody': (n) =>
    chatMessages([
      { role: 'assistant', tool_calls: times(n, (at) => chatCall(`c${at}`, `f${at}`)) },
      ...times(n, (at) => ({ role: 'tool', name: `g${at}`, content: 'x' })),
    ]),
  'calls of one id': (n) =>
    chatMessages([
      { role: 'assistant', tool_calls: times(n, () => chatCall('c')) },
      ...times(n, () => ({ role: 'tool', tool_call_id: 'c', content: 'x' })),
    ]),
  'loops of calls': (n) =>
    chatMessages(
      times(n, (at) =>
        at % 2 === 0
          ? { role: 'assistant', tool_calls: [chatCall(`c${at}`)] }
          : { role: 'tool', tool_call_id: `c${at - 1}`, content: 'x' },
      ),
    ),
  'marked details': (n) =>
    chatMessages([
      {
        role: 'assistant',
        content: 'x',
        reasoning_details: times(n, (index) => ({
          type: 'reasoning.encrypted',
          data: 'x',
          index,
          origin: { protocol: index % 2 === 0 ? 'other' : 'openai-chat' },
        })),
      },
    ]),
  'messages of marked details': (n) =>
    chatMessages(
      times(n, () => ({
        role: 'assistant',
        content: 'x',
        reasoning_details: [{ type: 'reasoning.encrypted', data: 'x', origin: { protocol: 'other' } }],
      })),
    ),
  'details in fragments': (n) =>
    chatMessages([
      {
        role: 'assistant',
        reasoning_details: [
          { type: 'reasoning.text', text: 'x', ...object(n, (at) => [`k${at}`, at]) },
          ...times(n, () => ({ type: 'reasoning.text', text: 'x' })),
        ],
      },
    ]),
  'marked calls': (n) =>
    chatMessages([
      {
        role: 'assistant',
        tool_calls: times(n, (at) =>
          chatCall(`c${at}`, 'f', {
            extra_content: { google: { thought_signature: 'x' }, llm_proxy: { protocol: 'other' } },
          }),
        ),
      },
    ]),
  'numbers in arguments': (n) =>
    chatMessages([
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', function: { name: 'f', arguments: `{"a":[${'1.0,'.repeat(10 * n)}1e2]}` } }],
      },
    ]),
  'long numbers': (n) =>
    chatMessages([], { metadata: 'LONG' }).replace('"LONG"', `[${'12345678901234567890,'.repeat(n)}1]`),
  'parts of text': (n) => chatMessages([{ role: 'user', content: times(n, () => ({ type: 'text', text: 'x' })) }]),
  pictures: (n) =>
    chatMessages([
      {
        role: 'user',
        content: times(n, () => ({ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } })),
      },
    ]),
  'pictures in a result': (n) =>
    chatMessages([
      { role: 'assistant', tool_calls: [chatCall('c')] },
      {
        role: 'tool',
        tool_call_id: 'c',
        content: times(n, () => ({ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } })),
      },
    ]),
  'a data URL without an end': (n) =>
    chatMessages([
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:${';a'.repeat(10 * n)}` } }] },
    ]),
  tools: (n) => chatMessages([], { tools: times(n, (at) => chatTool(`f${at}`)) }),
  'tools whose names are alike': (n) =>
    chatMessages([], { tools: times(n, (at) => chatTool(`${'字'.repeat(20)}${String.fromCharCode(0x4e00 + at)}`)) }),
  'tools that are allowed': (n) =>
    chatMessages([], {
      tools: times(n, (at) => chatTool(`f${at}`)),
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: times(n, (at) => ({ type: 'function', function: { name: `f${at}` } })) },
      },
    }),
  'vendors’ own tools': (n) => chatMessages([], { tools: [chatTool('f'), ...times(n, (at) => ({ type: `t${at}` }))] }),
  functions: (n) => chatMessages([], { functions: times(n, (at) => ({ name: `f${at}`, parameters: LEGIBLE })) }),
  'unknown fields': (n) =>
    chatMessages(
      [],
      object(n, (at) => [`x${at}`, 1]),
    ),
  'repeated system messages': (n) =>
    `{"model":"m","messages":[{"role":"user","content":"x"}]${',"messages":[{"role":"user","content":"x"}]'.repeat(n)}}`,
  'repeated models': (n) => `{"messages":[{"role":"user","content":"x"}]${',"model":"m"'.repeat(n)}}`,
  blanks: (n) => `{"model":"m",${' '.repeat(20 * n)}"messages":[{"role":"user","content":"x"}]${' '.repeat(20 * n)}}`,
  backslashes: (n) => chatMessages([{ role: 'user', content: '\\"'.repeat(10 * n) }]),
};

const claudeMessages = (messages: readonly unknown[], rest: object = {}): string =>
  JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }, ...messages], ...rest });
const use = (id: string, name = 'f'): object => ({ type: 'tool_use', id, name, input: { a: 1 } });
const claudeTool = (name: string, input_schema: object = LEGIBLE): object => ({ name, input_schema, strict: true });

const ANTHROPIC: Readonly<Record<string, Shape>> = {
  'turns of both': (n) =>
    claudeMessages(times(n, (at) => ({ role: at % 2 === 0 ? 'assistant' : 'user', content: 'x' }))),
  'turns whose thoughts go': (n) =>
    claudeMessages(
      times(n, (at) =>
        at % 2 === 0
          ? { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: MARKED }] }
          : { role: 'user', content: 'x' },
      ),
    ),
  'marked thoughts': (n) =>
    claudeMessages([
      { role: 'assistant', content: times(n, () => ({ type: 'thinking', thinking: 'x', signature: MARKED })) },
    ]),
  'turns of the system': (n) => claudeMessages(times(n, () => ({ role: 'system', content: 'x' }))),
  'results of one turn': (n) =>
    claudeMessages([
      { role: 'assistant', content: times(n, (at) => use(`c${at}`)) },
      { role: 'user', content: times(n, (at) => ({ type: 'tool_result', tool_use_id: `c${at}`, content: 'x' })) },
    ]),
  'calls of one id': (n) =>
    claudeMessages([
      { role: 'assistant', content: times(n, () => use('c')) },
      { role: 'user', content: times(n, () => ({ type: 'tool_result', tool_use_id: 'c', content: 'x' })) },
    ]),
  'calls whose names are alike': (n) =>
    claudeMessages([{ role: 'assistant', content: times(n, (at) => use('c.'.repeat(1 + (at % 40)), `f${at}`)) }]),
  'parts of other kinds': (n) =>
    claudeMessages([{ role: 'assistant', content: times(n, (at) => ({ type: `kind_${at}` })) }]),
  'parts of a document': (n) =>
    claudeMessages([
      {
        role: 'user',
        content: [
          { type: 'document', source: { type: 'content', content: times(n, () => ({ type: 'text', text: 'x' })) } },
        ],
      },
    ]),
  'pictures in a result': (n) =>
    claudeMessages([
      { role: 'assistant', content: [use('c')] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'c',
            content: times(n, () => ({
              type: 'image',
              source: { type: 'base64', media_type: 'image/png', data: 'AA' },
            })),
          },
        ],
      },
    ]),
  'blocks of the system': (n) => claudeMessages([], { system: times(n, () => ({ type: 'text', text: 'x' })) }),
  tools: (n) => claudeMessages([], { tools: times(n, (at) => claudeTool(`f${at}`)) }),
  'tools of its own': (n) => claudeMessages([], { tools: times(n, (at) => ({ type: `t_${at}`, name: `t${at}` })) }),
  'repeated prompts': (n) => `{"model":"m","messages":[]${',"system":""'.repeat(n)}}`,
  'unknown fields': (n) =>
    claudeMessages(
      [],
      object(n, (at) => [`x${at}`, 1]),
    ),
};

const responses = (input: readonly unknown[], rest: object = {}): string =>
  JSON.stringify({ model: 'm', input: [{ role: 'user', content: 'Hi' }, ...input], ...rest });

const RESPONSES: Readonly<Record<string, Shape>> = {
  messages: (n) => responses(times(n, (at) => ({ role: at % 2 === 0 ? 'assistant' : 'user', content: 'x' }))),
  'messages of the developer': (n) => responses(times(n, () => ({ role: 'developer', content: 'x' }))),
  results: (n) =>
    responses([
      ...times(n, (at) => ({ type: 'function_call', call_id: `c${at}`, name: 'f', arguments: '{}' })),
      ...times(n, (at) => ({ type: 'function_call_output', call_id: `c${at}`, output: 'x' })),
    ]),
  'marked thoughts': (n) => responses(times(n, () => ({ type: 'reasoning', summary: [], encrypted_content: MARKED }))),
  'items of other kinds': (n) => responses(times(n, (at) => ({ type: `kind_${at}` }))),
  'outputs of other kinds': (n) => responses(times(n, (at) => ({ type: `kind_${at}_output` }))),
  'tools on the way': (n) =>
    responses([{ type: 'additional_tools', tools: times(n, (at) => ({ type: 'function', name: `f${at}` })) }]),
  'tools of a namespace': (n) =>
    responses([], {
      tools: [{ type: 'namespace', name: 'n', tools: times(n, (at) => ({ type: 'function', name: `f${at}` })) }],
    }),
  'tools that are allowed': (n) =>
    responses([], {
      tools: times(n, (at) => ({ type: 'function', name: `f${at}`, parameters: LEGIBLE })),
      tool_choice: {
        type: 'allowed_tools',
        mode: 'required',
        tools: times(n, (at) => ({ type: 'function', name: `f${at}` })),
      },
    }),
  'parts of text': (n) => responses([{ role: 'user', content: times(n, () => ({ type: 'input_text', text: 'x' })) }]),
  references: (n) => responses(times(n, (at) => ({ type: 'item_reference', id: `i${at}` }))),
  'repeated instructions': (n) => `{"model":"m","input":"x"${',"instructions":""'.repeat(n)}}`,
};

const gemini = (contents: readonly unknown[], rest: object = {}): string =>
  JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }, ...contents], ...rest });
const model = (parts: readonly unknown[]): object => ({ role: 'model', parts });
const user = (parts: readonly unknown[]): object => ({ role: 'user', parts });
const call = (name: string, id?: string): object => ({ functionCall: { name, id, args: {} } });
const result = (name: string | undefined, id?: string): object => ({
  functionResponse: { name, id, response: { output: 'x' } },
});

const GEMINI: Readonly<Record<string, Shape>> = {
  contents: (n) => gemini(times(n, (at) => (at % 2 === 0 ? model([{ text: 'x' }]) : user([{ text: 'x' }])))),
  'contents of the user': (n) => gemini(times(n, () => user([{ text: 'x' }]))),
  'contents of the model': (n) => gemini(times(n, () => model([{ text: 'x' }]))),
  'parts of the model': (n) => gemini([model(times(n, () => ({ text: 'x' }))), model([{ text: 'x' }])]),
  'results by name': (n) =>
    gemini([model(times(n, (at) => call(`f${at}`))), user(times(n, (at) => result(`f${n - at - 1}`)))]),
  'results of one name': (n) => gemini([model(times(n, () => call('f'))), user(times(n, () => result('f')))]),
  'results by id': (n) =>
    gemini([model(times(n, (at) => call('f', `c${at}`))), user(times(n, (at) => result('f', `c${n - at - 1}`)))]),
  'results of nobody': (n) =>
    gemini([model(times(n, (at) => call('f', `c${at}`))), user(times(n, (at) => result(`g${at}`, `d${at}`)))]),
  'results without anything': (n) =>
    gemini([model(times(n, () => call('f', 'c'))), user(times(n, () => result(undefined)))]),
  'marked parts': (n) => gemini([model(times(n, () => ({ text: 'x', thoughtSignature: MARKED })))]),
  'marked contents': (n) => gemini(times(n, () => model([{ text: '', thought: true, thought_signature: MARKED }]))),
  'functions declared': (n) =>
    gemini([], {
      tools: [{ functionDeclarations: times(n, (at) => ({ name: `f${at}`, parameters: { type: 'OBJECT' } })) }],
    }),
  'functions that are allowed': (n) =>
    gemini([], {
      tools: [{ functionDeclarations: times(n, (at) => ({ name: `f${at}` })) }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: times(n, (at) => `f${at}`) } },
    }),
  'members in snake case': (n) => gemini([model([object(n, (at) => [at === 0 ? 'text' : `a_b_${at}`, 'x'])])]),
  'repeated instructions': (n) => `{"contents":[]${',"systemInstruction":{}'.repeat(n)}}`,
  'properties in an order': (n) =>
    gemini([], {
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: {
          type: 'OBJECT',
          properties: object(n, (at) => [`p${at}`, { type: 'STRING' }]),
          propertyOrdering: times(n, (at) => `p${n - at - 1}`),
        },
      },
    }),
};

function withSchemas(ofTool: (schema: object) => string): Record<string, Shape> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, make]) => [`a schema: ${name}`, (n: number) => ofTool(make(n))]),
  );
}

/** The shapes of each dialect, by its name. */
export const SHAPES: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  'openai-chat': {
    ...CHAT,
    ...withSchemas((schema) =>
      chatMessages([], {
        tools: [chatTool('f', schema)],
        response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } },
      }),
    ),
  },
  'anthropic-messages': {
    ...ANTHROPIC,
    ...withSchemas((schema) => claudeMessages([], { tools: [claudeTool('f', schema)] })),
  },
  'openai-responses': RESPONSES,
  gemini: {
    ...GEMINI,
    ...withSchemas((schema) => gemini([], { tools: [{ functionDeclarations: [{ name: 'f', parameters: schema }] }] })),
  },
};
