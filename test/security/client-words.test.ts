// Every word that a client may choose, chosen so that a look-up in a plain object finds what all objects inherit: the
// answer has to be the one that any other unknown word gets.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { DIALECTS } from '../dialects/stage.ts';
import { open, send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, json, pieces } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const WORDS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', '__defineGetter__'];
/** A word that means nothing either, of the same kind. */
const UNKNOWN = 'unheardOf';

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const origin = `http://127.0.0.1:${upstream.port}`;
  const backends = DIALECTS.map(({ protocol, base }) => ({
    name: protocol,
    protocol,
    url: origin + base,
    api_key: 'key-of-the-backend-5678',
  }));
  const models = backends.map(({ name }) => [`to-${name}`, { routes: [{ backend: name, model: 'm' }] }]);
  const wild = backends.map(({ name }) => [`${name}/*`, { routes: [{ backend: name, model: '*' }] }]);
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends,
      models: Object.fromEntries([...models, ...wild]),
      rate_limit: { enabled: true, global_rps: 1e6, per_ip_rps: 1e6, per_model_rps: { 'to-openai': 1e6 } },
      fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { 'to-openai': ['to-gemini'] } },
      detection: { error_codes: ['429'] },
    },
  });
});

beforeEach(() => upstream.script(json(400, { error: { message: 'seen', type: 'invalid_request_error' } })));

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
  expect(gateway.stderr()).not.toContain('a bug in the gateway');
});

/** What came of a request, without what differs from one to the next. */
interface Outcome {
  readonly status: number;
  readonly answer: string;
  readonly seen: readonly string[];
}

async function outcomeOf(
  path: string,
  body: Json,
  word: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const from = upstream.requests.length;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers };
  const answer = await send(gateway.url + path, { headers: all, body: text });
  const told = await answer.whole();
  expect(answer.status).not.toBe(500);
  // Gemini writes fields in camel case and types in lower case.
  const forms = [word, word.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())].map(RegExp.escape);
  const anyForm = new RegExp(forms.join('|'), 'gi');
  const neutral = (one: string): string =>
    one.replaceAll(anyForm, 'WORD').replaceAll(/[0-9a-f]{8}-?[0-9a-f-]{20,}|\d+ ms/g, '-');
  const seen = upstream.requests.slice(from).map(({ path: at, text: sent }) => neutral(`${at} ${sent}`));
  return {
    status: answer.status,
    answer: neutral(told.text.replaceAll(answer.headers['x-trace-id'] ?? '-', '-')),
    seen,
  };
}

/** The same request with each of the words is answered, and passed on, as with one that is merely unknown. */
async function expectAsUnknown(
  path: (word: string) => string,
  body: (word: string) => Json,
  headers?: (word: string) => Readonly<Record<string, string>>,
): Promise<void> {
  const expected = await outcomeOf(path(UNKNOWN), body(UNKNOWN), UNKNOWN, headers?.(UNKNOWN));
  for (const word of WORDS) {
    const got = await outcomeOf(path(word), body(word), word, headers?.(word));
    expect([word, got]).toEqual([word, expected]);
  }
}

const CHAT = (more: Json = {}): Json => ({ messages: [{ role: 'user', content: 'Hello' }], ...more });
const tool = {
  type: 'function',
  function: { name: 'f', description: 'd', parameters: { type: 'object', properties: {} } },
};

/** Places of words, by the path that takes them. An object's own key that is a word is written as text, or `__proto__` would be none. */
const PLACES: Readonly<Record<string, readonly (readonly [place: string, body: (word: string) => Json])[]>> = {
  '/v1/chat/completions': [
    ['role', (word) => CHAT({ messages: [{ role: word, content: 'x' }] })],
    [
      'part type',
      (word) => CHAT({ messages: [{ role: 'user', content: [{ type: word, text: 'x', [`${word}_url`]: 'x' }] }] }),
    ],
    ['tool type', (word) => CHAT({ tools: [{ type: word, x: {} }] })],
    [
      'tool name',
      (word) =>
        CHAT({
          tools: [{ ...tool, function: { ...tool.function, name: word } }],
          tool_choice: { type: 'function', function: { name: word } },
        }),
    ],
    ['tool_choice', (word) => CHAT({ tools: [tool], tool_choice: word })],
    ['tool_choice type', (word) => CHAT({ tools: [tool], tool_choice: { type: word } })],
    ['reasoning_effort', (word) => CHAT({ reasoning_effort: word })],
    ['thinking', (word) => CHAT({ thinking: { type: word } })],
    ['reasoning', (word) => CHAT({ reasoning: { effort: word } })],
    ['verbosity', (word) => CHAT({ verbosity: word })],
    ['response_format', (word) => CHAT({ response_format: { type: word } })],
    ['service_tier', (word) => CHAT({ service_tier: word })],
    ['modality', (word) => CHAT({ modalities: [word], audio: { voice: word, format: word } })],
    [
      'audio format',
      (word) =>
        CHAT({
          messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: word } }] }],
        }),
    ],
    [
      'image detail',
      (word) =>
        CHAT({
          messages: [
            {
              role: 'user',
              content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png', detail: word } }],
            },
          ],
        }),
    ],
    [
      'media type',
      (word) =>
        CHAT({
          messages: [
            {
              role: 'user',
              content: [{ type: 'file', file: { file_data: `data:audio/${word};base64,AAAA`, filename: `a.${word}` } }],
            },
          ],
        }),
    ],
    [
      'call',
      (word) =>
        CHAT({
          messages: [
            { role: 'user', content: 'x' },
            {
              role: 'assistant',
              tool_calls: [{ id: word, type: 'function', function: { name: word, arguments: '{}' } }],
            },
            { role: 'tool', tool_call_id: word, content: 'x' },
          ],
        }),
    ],
    [
      'call type',
      (word) =>
        CHAT({
          messages: [
            { role: 'user', content: 'x' },
            { role: 'assistant', tool_calls: [{ id: 'c', type: word, function: { name: 'f', arguments: '{}' } }] },
            { role: 'tool', tool_call_id: 'c', content: 'x' },
          ],
        }),
    ],
    [
      'reasoning_details',
      (word) =>
        CHAT({
          messages: [
            { role: 'user', content: 'x' },
            { role: 'assistant', content: 'y', reasoning_details: [{ type: word, format: word, text: 'z' }] },
            { role: 'user', content: 'x' },
          ],
        }),
    ],
    ['schema keyword', (word) => schemaWith(`"${word}":{"type":"string"}`)],
    ['schema type', (word) => schemaWith(`"x":{"type":"${word}","format":"${word}"}`)],
    ['schema reference', (word) => schemaWith(`"x":{"$ref":"#/${word}"},"y":{"$ref":"#/$defs/${word}"}`)],
    [
      'field',
      (word) =>
        `{"model":"MODEL","messages":[{"role":"user","content":"x","${word}":{"a":1}}],"${word}":{"stream":true}}`,
    ],
  ],
  '/v1/responses': [
    ['item type', (word) => ({ input: [{ type: word, role: 'user', content: 'x' }] })],
    ['role', (word) => ({ input: [{ role: word, content: 'x' }] })],
    ['part type', (word) => ({ input: [{ role: 'user', content: [{ type: word, text: 'x' }] }] })],
    ['tool type', (word) => ({ input: 'x', tools: [{ type: word, name: 'f' }] })],
    [
      'tool_choice',
      (word) => ({ input: 'x', tools: [{ type: 'function', name: 'f', parameters: {} }], tool_choice: word }),
    ],
    [
      'tool_choice type',
      (word) => ({ input: 'x', tools: [{ type: 'function', name: 'f', parameters: {} }], tool_choice: { type: word } }),
    ],
    ['effort', (word) => ({ input: 'x', reasoning: { effort: word, summary: word } })],
    ['format', (word) => ({ input: 'x', text: { format: { type: word }, verbosity: word } })],
    ['include', (word) => ({ input: 'x', include: [word] })],
    [
      'call',
      (word) => ({
        input: [
          { type: 'function_call', call_id: word, name: word, arguments: '{}' },
          { type: 'function_call_output', call_id: word, output: 'x' },
        ],
      }),
    ],
    [
      'namespace',
      (word) => ({
        input: 'x',
        tools: [{ type: 'namespace', name: word, tools: [{ type: 'function', name: word, parameters: {} }] }],
      }),
    ],
    ['field', (word) => `{"model":"MODEL","input":"x","${word}":{"stream":true}}`],
  ],
  '/v1/messages': [
    ['role', (word) => ({ max_tokens: 9, messages: [{ role: word, content: 'x' }] })],
    ['block type', (word) => ({ max_tokens: 9, messages: [{ role: 'user', content: [{ type: word, text: 'x' }] }] })],
    [
      'source type',
      (word) => ({
        max_tokens: 9,
        messages: [
          { role: 'user', content: [{ type: 'image', source: { type: word, media_type: word, data: 'AAAA' } }] },
        ],
      }),
    ],
    ['tool type', (word) => CHAT({ max_tokens: 9, tools: [{ type: word, name: 'f' }] })],
    [
      'tool_choice',
      (word) =>
        CHAT({
          max_tokens: 9,
          tools: [{ name: 'f', input_schema: { type: 'object' } }],
          tool_choice: { type: word, name: word },
        }),
    ],
    ['thinking', (word) => CHAT({ max_tokens: 9, thinking: { type: word } })],
    ['effort', (word) => CHAT({ max_tokens: 9, output_config: { effort: word } })],
    [
      'call',
      (word) =>
        CHAT({
          max_tokens: 9,
          messages: [
            { role: 'user', content: 'x' },
            { role: 'assistant', content: [{ type: 'tool_use', id: word, name: word, input: {} }] },
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: word, content: 'x' }] },
          ],
        }),
    ],
    [
      'field',
      (word) => `{"model":"MODEL","max_tokens":9,"messages":[{"role":"user","content":"x"}],"${word}":{"stream":true}}`,
    ],
  ],
};

function schemaWith(properties: string): string {
  const schema = `{"type":"object","properties":{${properties}},"required":["x"],"additionalProperties":false}`;
  const format = `{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":${schema}}}`;
  const tools = `[{"type":"function","function":{"name":"f","strict":true,"parameters":${schema}}}]`;
  return `{"model":"MODEL","messages":[{"role":"user","content":"x"}],"response_format":${format},"tools":${tools}}`;
}

/** Places in Gemini's requests, whose paths name the model. */
const OF_GEMINI: readonly (readonly [place: string, body: (word: string) => Json])[] = [
  ['role', (word) => ({ contents: [{ role: word, parts: [{ text: 'x' }] }] })],
  ['part', (word) => `{"contents":[{"role":"user","parts":[{"${word}":{}}]}]}`],
  ['tool', (word) => `{"contents":[{"role":"user","parts":[{"text":"x"}]}],"tools":[{"${word}":{}}]}`],
  [
    'mode',
    (word) => ({
      contents: [{ role: 'user', parts: [{ text: 'x' }] }],
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      toolConfig: { functionCallingConfig: { mode: word, allowedFunctionNames: [word] } },
    }),
  ],
  [
    'thinking level',
    (word) => ({
      contents: [{ role: 'user', parts: [{ text: 'x' }] }],
      generationConfig: { thinkingConfig: { thinkingLevel: word } },
    }),
  ],
  [
    'call',
    (word) => ({
      contents: [
        { role: 'user', parts: [{ text: 'x' }] },
        { role: 'model', parts: [{ functionCall: { id: word, name: word, args: {} } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { id: word, name: word, response: { x: 1 } } }],
        },
      ],
    }),
  ],
  [
    'schema',
    (word) =>
      `{"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"x":{"type":"${word}"}},"${word}":{"type":"STRING"}}}}`,
  ],
  ['field', (word) => `{"contents":[{"role":"user","parts":[{"text":"x"}]}],"${word}":{"stream":true},"_a":1}`],
];

function withModel(body: Json, model: string): Json {
  return typeof body === 'string' ? body.replace('MODEL', model) : { model, ...body };
}

describe.each(DIALECTS.map(({ protocol }) => protocol))('for a backend of %s', (backend) => {
  const model = `to-${backend}`;

  describe.each(Object.entries(PLACES))('%s', (path, places) => {
    test.each(places)('%s', async (_place, body) => {
      await expectAsUnknown(
        () => path,
        (word) => withModel(body(word), model),
      );
    });
  });

  test.each(OF_GEMINI)('Gemini: %s', async (_place, body) => {
    await expectAsUnknown(() => `/v1beta/models/${model}:generateContent`, body);
  });

  test('as a model', async () => {
    await expectAsUnknown(
      () => '/v1/chat/completions',
      (word) => CHAT({ model: word }),
    );
    await expectAsUnknown(
      () => '/v1/chat/completions',
      (word) => CHAT({ model: `${backend}/${word}` }),
    );
    await expectAsUnknown(
      (word) => `/v1beta/models/${word}:generateContent`,
      () => ({ contents: [] }),
    );
    await expectAsUnknown(
      (word) => `/v1beta/models/${backend}%2f${word}:generateContent`,
      () => ({ contents: [{ role: 'user', parts: [{ text: 'x' }] }] }),
    );
  });

  test('as a method of a model', async () => {
    for (const word of [UNKNOWN, ...WORDS]) {
      for (const method of [word, `${word}X`, `generate/${word}`, `generateContent:${word}`]) {
        const { status, seen } = await outcomeOf(`/v1beta/models/${backend}%2fm:${method}`, { contents: [] }, word);
        // What may be the end of a model's name is there, but only to be read.
        expect([method, status === 404 || status === 405, seen]).toEqual([method, true, []]);
      }
    }
  });

  test('as a path, an id, a field of a query, the name of a header', async () => {
    await expectAsUnknown(
      (word) => `/v1/${word}`,
      () => ({}),
    );
    await expectAsUnknown(
      (word) => `/${word}`,
      () => ({}),
    );
    await expectAsUnknown(
      (word) => `/v1/responses/resp_1/${word}`,
      () => ({}),
    );
    await expectAsUnknown(
      (word) => `/v1/chat/completions?${word}=1`,
      () => CHAT({ model }),
    );
    await expectAsUnknown(
      () => '/v1/chat/completions',
      () => CHAT({ model }),
      (word) => ({ [word === '__proto__' ? 'x-x' : word]: '1' }),
    );
  });
});

test('the header `__proto__` is one that nobody knows', async () => {
  const body = JSON.stringify(CHAT({ model: 'to-openai' }));
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n__proto__: authorization\r\nconstructor: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  const connection = await open(gateway.url);
  await connection.write(head + body);
  const answer = await connection.answer();
  await answer.whole();
  expect(answer.status).toBe(400);
  expect(upstream.requests.at(-1)?.headers['authorization']).toBe('Bearer key-of-the-backend-5678');
});

describe('words of a backend', () => {
  test.each(DIALECTS.flatMap((back) => DIALECTS.map((front) => [back.protocol, front.protocol, back, front] as const)))(
    'of %s, for a client of %s: reasons, types, codes',
    async (_back, _front, back, front) => {
      const answered = async (word: string, stream: boolean): Promise<Json> => {
        const said = { items: [{ text: 'Hello' }], finish: 'stop', usage: { input: 1, output: 1 } } as const;
        const swap = (text: string): string =>
          text.replaceAll(
            /"(finish_reason|stop_reason|finishReason|status)":"[A-Za-z_]+"/g,
            (_all, name: string) => `"${name}":"${word}"`,
          );
        upstream.script(
          stream ? pieces(back.events(said).map(swap)) : json(200, swap(JSON.stringify(back.answer(said)))),
        );
        const { path, body } = front.request(
          { turns: [{ role: 'user', items: [{ text: 'x' }] }] },
          `to-${back.protocol}`,
          stream,
        );
        const { status, answer } = await outcomeOf(path, body, word);
        // Ids and moments differ.
        return [
          status,
          answer.replaceAll(
            /"(?:id|item_id|responseId|response_id)":"[^"]*"|"(?:created|created_at|completed_at)":\d+|"obfuscation":"[^"]*"/g,
            '',
          ),
        ];
      };
      for (const stream of [false, true]) {
        const expected = await answered(UNKNOWN, stream);
        for (const word of WORDS) expect([word, await answered(word, stream)]).toEqual([word, expected]);
      }
    },
  );

  test.each(DIALECTS.map((front) => [front.protocol, front] as const))(
    'in an error, for a client of %s',
    async (_name, front) => {
      const answered = async (word: string): Promise<Json> => {
        upstream.script(json(418, { type: 'error', error: { message: 'm', type: word, code: word, status: word } }));
        const { path, body } = front.request(
          { turns: [{ role: 'user', items: [{ text: 'x' }] }] },
          `to-${front.protocol}`,
          false,
        );
        return await outcomeOf(path, body, word);
      };
      const expected = await answered(UNKNOWN);
      for (const word of WORDS) expect([word, await answered(word)]).toEqual([word, expected]);
    },
  );
});

test('arguments that come in pieces change nothing that all objects share', async () => {
  const paths = [
    '$.__proto__.polluted',
    "$['__proto__']['polluted']",
    '$.a.__proto__.polluted',
    '$.list.__proto__[0]',
    '$.list.constructor.prototype.polluted',
    '$.a.constructor.prototype.polluted',
  ];
  const call = (partial: Json, more: Json = {}): string =>
    `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ functionCall: { ...partial, ...more } }] }, index: 0 }] })}\r\n\r\n`;
  upstream.script(
    pieces([
      call({ name: 'f', id: 'c', args: { a: {}, list: [] }, willContinue: true }),
      ...paths.map((jsonPath) => call({ partialArgs: [{ jsonPath, stringValue: 'POLLUTED' }], willContinue: true })),
      call({}),
      `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 }] })}\r\n\r\n`,
    ]),
  );
  await outcomeOf('/v1/chat/completions', CHAT({ model: 'to-gemini', stream: true, tools: [tool] }), 'polluted');
  // Whatever the process writes next would have it.
  upstream.script(chatAnswer('ok'));
  const { answer, seen } = await outcomeOf('/v1/messages', CHAT({ model: 'to-openai', max_tokens: 9 }), 'x-x');
  const headers = { authorization: `Bearer ${KEY}` };
  const backends = await (await send(`${gateway.url}/admin/backends`, { headers })).whole();
  const sent = JSON.stringify(upstream.requests.at(-1)?.rawHeaders);
  expect(answer + seen.join('') + sent + backends.text).not.toContain('POLLUTED');
});
