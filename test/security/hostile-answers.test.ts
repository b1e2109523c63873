// What a backend may send so that reading it takes more than its bytes: such an answer is broken, another backend is
// asked, and a stream that has begun ends in an error of the client's dialect. Never a 500, nor anybody else's time.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { send, type RawAnswer } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, json, manual, pieces, streamOf, type Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const BACKENDS = ['openai', 'openai-responses', 'anthropic', 'gemini'] as const;
type Backend = (typeof BACKENDS)[number];

let hostile: Upstream;
let good: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  hostile = await startUpstream(chatAnswer('never'));
  good = await startUpstream((request) => (request.json.stream === true ? streamOf('fine') : chatAnswer('fine')));
  const models = BACKENDS.map((name) => [
    name,
    {
      routes: [
        { backend: name, model: 'm', priority: 1 },
        { backend: 'good', model: 'm', priority: 2 },
      ],
    },
  ]);
  gateway = await startGateway({
    config: {
      server: { max_values: 1000 },
      backends: [
        ...BACKENDS.map((name) => ({ name, url: hostile.url, protocol: name })),
        { name: 'good', url: good.url, protocol: 'openai' },
      ],
      models: Object.fromEntries(models),
      fallback: { max_retries: 0, cooldown_seconds: 0 },
    },
  });
});

afterEach(async () => {
  expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
});

afterAll(async () => {
  await settled(hostile, good);
  await gateway.stop();
  await Promise.all([hostile.stop(), good.stop()]);
});

/** Asks in chat completions, so that three of the four backends' answers are translated. */
async function open(model: Backend, reply: Reply, stream: boolean): Promise<RawAnswer> {
  hostile.script(reply);
  const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
  const body = { model, messages: [{ role: 'user', content: 'hi' }], stream, tools };
  return await send(`${gateway.url}/v1/chat/completions`, { body });
}

async function ask(model: Backend, reply: Reply, stream: boolean) {
  const answer = await open(model, reply, stream);
  return { status: answer.status, ...(await answer.whole()) };
}

const AROUND: Readonly<Record<Backend, (inner: string) => string>> = {
  openai: (inner) =>
    `{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"bad","x":${inner}},"finish_reason":"stop"}]}`,
  'openai-responses': (inner) =>
    `{"id":"r","object":"response","status":"completed","output":[{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"bad","annotations":[]}]},{"type":"x","x":${inner}}]}`,
  anthropic: (inner) =>
    `{"id":"a","type":"message","role":"assistant","content":[{"type":"text","text":"bad"},{"type":"x","x":${inner}}],"stop_reason":"end_turn"}`,
  gemini: (inner) =>
    `{"candidates":[{"content":{"role":"model","parts":[{"text":"bad"},{"x":${inner}}]},"finishReason":"STOP"}]}`,
};

const DEEP = 50_000;
const INNER: readonly (readonly [string, string])[] = [
  ['is nested deep in lists', `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`],
  ['is nested deep in objects', `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  ['is of a million lists', `[${'[],'.repeat(1_000_001)}1]`],
];

describe.each(INNER)('an answer that %s', (_name, inner) => {
  test.each(BACKENDS.slice(1))('of %s is broken where it would be translated', async (backend) => {
    const { status, text } = await ask(backend, pieces([AROUND[backend](inner)], JSON_TYPE), false);
    expect([status, text.includes('"fine"')]).toEqual([200, true]);
  });
});

// A longer one is not held, and passes as it is.
test.each(INNER.filter(([, inner]) => inner.length < 1_000_000))(
  'an answer that %s is broken where it would become a stream',
  async (_name, inner) => {
    const { status, text } = await ask('openai', pieces([AROUND.openai(inner)], JSON_TYPE), true);
    expect([status, text.includes('"fine"')]).toEqual([200, true]);
  },
);

const JSON_TYPE = { headers: { 'content-type': 'application/json' } };

/** How a stream begins that has content, and how it ends as if nothing had been. */
const AROUND_STREAM: Readonly<Record<Backend, readonly [begin: string, end: string]>> = {
  openai: [
    `data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"word"}}]}\n\n`,
    `data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  ],
  'openai-responses': [
    `data: {"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"m","content":[]}}\n\n` +
      `data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"word"}\n\n`,
    `data: {"type":"response.completed","response":{"id":"r","object":"response","status":"completed","output":[]}}\n\n`,
  ],
  anthropic: [
    `data: {"type":"message_start","message":{"id":"a","type":"message","role":"assistant","content":[]}}\n\n` +
      `data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n` +
      `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"word"}}\n\n`,
    `data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\ndata: {"type":"message_stop"}\n\n`,
  ],
  gemini: [
    `data: {"candidates":[{"content":{"role":"model","parts":[{"text":"word"}]}}]}\n\n`,
    `data: {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP"}]}\n\n`,
  ],
};

const BROKEN: readonly (readonly [string, string])[] = [
  ['three hundred thousand lines', `${'data: x\n'.repeat(300_000)}\n`],
  ['lines that end in a carriage return', `${'data: x\r'.repeat(100_000)}\n\n`],
  ['lists as deep as it is long', `data: {"x":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}\n\n`],
  ['a million lists', `data: {"x":[${'[],'.repeat(1_000_001)}1]}\n\n`],
  ['two thousand events that are no JSON', 'data: {\n\n'.repeat(2000)],
];

describe.each(BROKEN)('a stream with %s', (_name, bytes) => {
  test.each(BACKENDS)('of %s is broken off with an error once it has begun', async (backend) => {
    const reply = manual();
    const [begin, end] = AROUND_STREAM[backend];
    const [answer] = await Promise.all([open(backend, reply, true), reply.head().then(() => reply.write(begin))]);
    await answer.textUntil('"word"');
    // The gateway may hang up before all of it is sent.
    reply.write(bytes + end).then(reply.end, () => undefined);
    const { text, ending } = await answer.whole();
    expect([answer.status, ending]).toEqual([200, 'complete']);
    expect(text.includes('stream_interrupted')).toBe(true);
    expect(text.includes('[DONE]')).toBe(false);
  });

  test.each(BACKENDS)('of %s is no answer if it begins so', async (backend) => {
    const [begin, end] = AROUND_STREAM[backend];
    const answer = await open(backend, pieces([bytes, begin, end]), true);
    const { text } = await answer.whole();
    expect(answer.status).toBe(200);
    // Once as much has come as the gateway holds back, the client has been told that there is an answer.
    expect(text.includes('"fine"') || (text.includes('stream_interrupted') && !text.includes('[DONE]'))).toBe(true);
    expect(text.includes('"word"')).toBe(false);
  });
});

test('what was kept for the end of a stream may be too much for it', async () => {
  const citation = { type: 'web_search_result_location', url: 'https://example.com', title: 'x', cited_text: 'x' };
  const delta = { type: 'content_block_delta', index: 0, delta: { type: 'citations_delta', citation } };
  const [begin, end] = AROUND_STREAM.anthropic;
  const cited = `data: ${JSON.stringify(delta)}\n\n`.repeat(900);
  const { text, ending } = await ask('anthropic', pieces([begin, cited, end]), true);
  expect([text.includes('stream_interrupted'), text.includes('[DONE]'), ending]).toEqual([true, false, 'complete']);
});

test('a path into what every object inherits changes the arguments of the call alone', async () => {
  const part = (partialArgs: object[], more: object = {}): string =>
    `data: ${JSON.stringify({
      candidates: [
        { content: { role: 'model', parts: [{ functionCall: { partialArgs, willContinue: true, ...more } }] } },
      ],
    })}\n\n`;
  const { text } = await ask(
    'gemini',
    pieces([
      part([{ jsonPath: '$.list[0]', stringValue: 'a' }], { name: 'f', args: { object: {} } }),
      part([
        { jsonPath: '$.list.__proto__.__proto__.error', stringValue: 'x' },
        { jsonPath: '$.object.__proto__.error', stringValue: 'x' },
        { jsonPath: '$.object.constructor.prototype.error', stringValue: 'x' },
      ]),
      AROUND_STREAM.gemini.join(''),
    ]),
    true,
  );
  expect(text.includes('[DONE]')).toBe(true);
  // Every object of the process would have the member, and every answer that is parsed would be an error.
  const next = await ask('gemini', json(200, JSON.parse(AROUND.gemini('1'))), false);
  expect([next.status, next.text.includes('"bad"')]).toEqual([200, true]);
});
