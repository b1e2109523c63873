// What each attempt used, through real sockets and in every dialect: whole, cut, left, failed over, lost, odd.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { totalTokens } from '../../src/core/consumption.ts';
import type { AttemptRecord, ExchangeRecord } from '../../src/core/record.ts';
import { TOKEN_CLASSES } from '../../src/core/token-classes.ts';
import { anthropicMessages } from '../dialects/anthropic-messages.ts';
import { openaiChat } from '../dialects/openai-chat.ts';
import type { Answer, Dialect } from '../dialects/spoken.ts';
import { DIALECTS } from '../dialects/stage.ts';
import { open, requestBytes, send, type RawAnswer } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { startRecordedGateway, type RecordedGateway } from '../kit/recorded-gateway.ts';
import { chatAnswer, cutAfter, json, pieces, stall, stallAfter, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let first: Upstream;
let second: Upstream;
let gateway: RecordedGateway;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('ok'));
  second = await startUpstream(chatAnswer('ok'));
  const backends = DIALECTS.flatMap(({ protocol, base }) => [
    { name: protocol, url: first.url.replace('/v1', base), protocol },
    { name: `${protocol}-2`, url: second.url.replace('/v1', base), protocol },
  ]);
  const routes = (protocol: string) => [
    { backend: protocol, model: 'm', priority: 1 },
    { backend: `${protocol}-2`, model: 'm', priority: 2 },
  ];
  gateway = await startRecordedGateway({
    backends,
    models: Object.fromEntries(
      DIALECTS.flatMap(({ protocol }) => [
        [protocol, { routes: [{ backend: protocol, model: 'm' }] }],
        [`${protocol}-late`, { commit: '10m', routes: routes(protocol) }],
        [`${protocol}-hedged`, { hedge: { after: '30ms', at_most: '100%' }, routes: routes(protocol) }],
        [`${protocol}-either`, { routes: routes(protocol) }],
      ]),
    ),
    fallback: { cooldown_seconds: 0, max_retries: 0 },
  });
});

beforeEach(() => {
  first.script(chatAnswer('ok'));
  second.script(chatAnswer('ok'));
});

afterEach(() => settled(first, second));

afterAll(async () => {
  await gateway.stop();
  await first.stop();
  await second.stop();
});

/** What the gateway calls the dialects that configs name so. */
const NAMES: Readonly<Record<string, string>> = {
  openai: 'openai-chat',
  'openai-responses': 'openai-responses',
  anthropic: 'anthropic-messages',
  gemini: 'gemini',
};

const WORDS = 'Enough words to be told in many pieces, and to be counted when nobody tells how many they are.';
const SAYS: Answer = {
  items: [{ text: WORDS }],
  finish: 'stop',
  usage: { input: 30, output: 20, cached: 10 },
};
const PROMPT = 'How many tokens does this question have, if nobody who knows is willing to tell?';
const CLASSES = { input: 20, cacheRead: 10, output: 20 };
const NONE = Object.fromEntries(TOKEN_CLASSES.map((name) => [name, 0]));

async function begin(front: Dialect, alias: string, stream = true): Promise<RawAnswer> {
  const { path, body } = front.request({ turns: [{ role: 'user', items: [{ text: PROMPT }] }] }, alias, stream);
  const asked: Json = { ...body };
  delete asked.stream_options;
  // What its provider keeps is not asked for twice.
  if (path.endsWith('/responses')) asked.store = false;
  return await send(gateway.url + path, { headers: { 'user-agent': 'tests/1', 'x-session-id': 's-1' }, body: asked });
}

async function recordOf(answer: RawAnswer): Promise<ExchangeRecord> {
  const id = answer.headers['x-trace-id'];
  return await eventually(() => gateway.records.find(({ traceId }) => traceId === id));
}

async function ask(front: Dialect, alias: string, stream = true): Promise<{ text: string; record: ExchangeRecord }> {
  const answer = await begin(front, alias, stream);
  const { text } = await answer.whole();
  return { text, record: await recordOf(answer) };
}

const only = ({ tries }: ExchangeRecord): AttemptRecord => {
  const [one, ...more] = tries;
  if (one === undefined || more.length > 0) throw new Error(`${tries.length} attempts`);
  return one;
};

/** Up to about the middle of the text, before any count of the end. */
function cutEvents(back: Dialect): readonly string[] {
  const events = back.events(SAYS);
  const at = events.findIndex((event) => event.includes('words to'));
  const upTo = events.slice(0, Math.max(at, firstWords(events)) + 1);
  return upTo;
}

function firstWords(events: readonly string[]): number {
  return events.findIndex((event) => event.includes('Enough'));
}

const EACH = DIALECTS.map((back) => [back.title, back] as const);
const PAIRS = DIALECTS.flatMap((front) => DIALECTS.map((back) => [front.title, back.title, front, back] as const));

describe.each(PAIRS)('a %s client before a %s backend', (_front, _back, front, back) => {
  test.each([
    ['streamed', true],
    ['plain', false],
  ])('whole and %s: as it was reported', async (_how, stream) => {
    first.script(stream ? pieces(back.events(SAYS)) : json(200, back.answer(SAYS)));
    const { record } = await ask(front, back.protocol, stream);
    const { usage, reportedModel, dialect } = only(record);
    expect(usage).toMatchObject({ ...NONE, ...CLASSES, estimated: false, serverTools: {}, tier: undefined });
    expect([dialect, typeof reportedModel]).toEqual([NAMES[back.protocol], 'string']);
    expect(record).toMatchObject({
      clientDialect: NAMES[front.protocol],
      backendDialect: NAMES[back.protocol],
      userAgent: 'tests/1',
      session: 's-1',
      usage: { promptTokens: 30, completionTokens: 20 },
    });
    expect(record.finishReason).toMatch(/^(?:stop|end_turn|completed|STOP)$/);
    expect(record.endpoint).toMatch(/^(?:chat\/completions|responses|messages|(?:streamG|g)enerateContent)$/);
  });

  test('cut after words: what was asked and what was seen is counted, and marked', async () => {
    first.script(cutAfter(cutEvents(back).join('')));
    const { record } = await ask(front, back.protocol);
    const { usage, failure } = only(record);
    expect([record.interrupted, failure !== undefined]).toEqual([true, true]);
    expect(usage?.estimated).toBe(true);
    expectSeen(usage);
  });

  test('left after words: the same', async () => {
    first.script(stallAfter(cutEvents(back).join('')));
    const answer = await begin(front, back.protocol);
    await answer.next();
    answer.leave();
    const record = await recordOf(answer);
    expect(record.status).toBe(499);
    const { usage } = only(record);
    expect(usage?.estimated).toBe(true);
    expectSeen(usage);
  });
});

/** A question of 80 characters, and some words of an answer. */
function expectSeen(usage: AttemptRecord['usage']): void {
  const { input = 0, cacheRead = 0, output = 0, reasoning = 0 } = usage ?? {};
  expect(input + cacheRead).toBeGreaterThanOrEqual(20);
  expect(input + cacheRead).toBeLessThanOrEqual(60);
  expect(output + reasoning).toBeGreaterThanOrEqual(1);
  expect(output + reasoning).toBeLessThanOrEqual(30);
}

describe.each(EACH)('a %s backend', (_title, back) => {
  test('that cuts before the late commit point is paid, too; the other attempt has its own', async () => {
    first.script(cutAfter(cutEvents(back).join('')));
    second.script(pieces(back.events(SAYS)));
    const { record } = await ask(back, `${back.protocol}-late`);
    expect([record.status, record.interrupted]).toEqual([200, false]);
    expect(record.tries).toHaveLength(2);
    const [cut, served] = record.tries;
    expect(cut?.usage?.estimated).toBe(true);
    expectSeen(cut?.usage);
    expect(served?.usage).toMatchObject({ ...NONE, ...CLASSES, estimated: false });
  });

  test('that answers slower than its hedge has had the request', async () => {
    const [start = ''] = back.events(SAYS);
    first.script(stallAfter(start.includes('Enough') ? ': wait\n\n' : start));
    second.script(pieces(back.events(SAYS)));
    const { record } = await ask(back, `${back.protocol}-hedged`);
    const lost = record.tries.find(({ failure }) => failure === 'hedge_lost');
    expect(lost?.usage?.estimated).toBe(true);
    expect(totalTokens(lost?.usage ?? fail())).toBeGreaterThanOrEqual(20);
    expect(record.tries.at(-1)?.usage).toMatchObject({ ...NONE, ...CLASSES, estimated: false });
  });

  test.each([
    ['a refusal', status(500)],
    ['a stop before any answer', cutAfter('')],
  ])('that fails by %s is not paid', async (_how, reply) => {
    first.script(reply);
    second.script(pieces(back.events(SAYS)));
    const { record } = await ask(back, `${back.protocol}-either`);
    expect(record.tries.map(({ usage }) => usage === undefined)).toEqual([true, false]);
  });

  test.each([
    ['streamed', true],
    ['plain', false],
  ])('that reports nothing of a %s answer is estimated', async (_how, stream) => {
    first.script(stream ? pieces(back.events(SAYS).map(withoutUsage)) : json(200, stripped(back.answer(SAYS))));
    const { record } = await ask(back, back.protocol, stream);
    expect(record.usage?.promptTokens ?? 0).toBe(0);
    const { usage } = only(record);
    expect(usage?.estimated).toBe(true);
    expectSeen(usage);
    expect(usage?.output).toBe(Math.ceil(WORDS.length / 4));
  });

  test.each(['-7', '"many"', '1e309', '4294967297', '[]', 'true', '1e-300', '-1e309'])(
    'that reports %s for a count spoils nothing',
    async (odd) => {
      for (const stream of [true, false]) {
        const spoilt = (text: string): string => text.replaceAll(/(?<=":)(?:20|15|5|10|30|50)(?=[,}\]])/g, odd);
        first.script(
          stream ? pieces(back.events(SAYS).map(spoilt)) : json(200, spoilt(JSON.stringify(back.answer(SAYS)))),
        );
        const { record } = await ask(back, back.protocol, stream);
        const { usage } = only(record);
        expect(record.status).toBe(200);
        for (const name of TOKEN_CLASSES) {
          const count = usage?.[name] ?? NaN;
          expect([name, Number.isSafeInteger(count) && count >= 0 && count < 1000]).toEqual([name, true]);
        }
        expect(usage?.output).toBeGreaterThan(0);
        const isCount = odd === '1e-300';
        expect(only(record).ignoredCounts ?? 0)[isCount ? 'toBe' : 'toBeGreaterThan'](0);
      }
    },
  );
});

function fail(): never {
  throw new Error('no usage');
}

const COUNTS = new Set(['usage', 'usageMetadata']);

function stripped(value: Json): Json {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (COUNTS.has(name) ? [] : [[name, stripped(member)]])),
  );
}

function withoutUsage(event: string): string {
  return event.replace(/data: (\{.*\})/, (_all, data: string) => `data: ${JSON.stringify(stripped(JSON.parse(data)))}`);
}

test('of a client that left before an answer the request is counted', async () => {
  first.script(stall());
  const { path, body } = openaiChat.request(
    { turns: [{ role: 'user', items: [{ text: PROMPT }] }] },
    openaiChat.protocol,
    false,
  );
  const client = await open(gateway.url);
  const asked = first.requests.length;
  await client.write(requestBytes(gateway.url + path, { headers: { 'x-trace-id': 'left-early' }, body }));
  await eventually(() => first.requests.length > asked);
  client.leave();
  const record = await eventually(() => gateway.records.find(({ traceId }) => traceId === 'left-early'));
  expect(record.status).toBe(499);
  expect(only(record).usage).toMatchObject({ output: 0, estimated: true });
  expect(only(record).usage?.input).toBeGreaterThanOrEqual(20);
});

describe('what is no generation', () => {
  const post = async (path: string, body: Json): Promise<ExchangeRecord> => {
    const answer = await send(gateway.url + path, { body });
    await answer.whole();
    return await recordOf(answer);
  };

  test('embeddings: reported, or estimated from the texts', async () => {
    const answer = { object: 'list', model: 'm', data: [{ object: 'embedding', index: 0, embedding: [0.1] }] };
    first.script(json(200, { ...answer, usage: { prompt_tokens: 9, total_tokens: 9 } }));
    const asked = { model: 'openai', input: PROMPT };
    expect(only(await post('/v1/embeddings', asked)).usage).toMatchObject({ ...NONE, input: 9, estimated: false });
    first.script(json(200, { ...answer, usage: { total_tokens: 9 } }));
    expect(only(await post('/v1/embeddings', asked)).usage).toMatchObject({ ...NONE, input: 9, estimated: false });
    first.script(json(200, answer));
    expect(only(await post('/v1/embeddings', asked)).usage).toMatchObject({ ...NONE, input: 20, estimated: true });
  });

  test('images: by tokens, or by their number', async () => {
    const image = { b64_json: 'aGVsbG8=' };
    const usage = {
      input_tokens: 50,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      output_tokens: 272,
      output_tokens_details: { image_tokens: 272, text_tokens: 0 },
      total_tokens: 322,
    };
    const asked = { model: 'openai', prompt: 'a cat' };
    first.script(json(200, { created: 1, data: [image], usage }));
    const record = await post('/v1/images/generations', asked);
    expect(only(record).usage).toMatchObject({ ...NONE, input: 10, imageIn: 40, imageOut: 272, units: undefined });
    first.script(json(200, { created: 1, data: [image, { url: 'https://x/1.png' }] }));
    expect(only(await post('/v1/images/generations', asked)).usage).toMatchObject({ ...NONE, units: { image: 2 } });
  });

  test('rerank: units; moderation and counts of tokens: nothing', async () => {
    first.script(json(200, { results: [], meta: { billed_units: { search_units: 2 } } }));
    const asked = { model: 'openai', query: 'q', documents: ['d'], input: 'x' };
    expect(only(await post('/v1/rerank', asked)).usage).toMatchObject({ ...NONE, units: { search: 2 } });
    first.script(json(200, { id: 'm', results: [{ flagged: false }] }));
    expect(only(await post('/v1/moderations', asked)).usage).toBeUndefined();
    first.script(json(200, { input_tokens: 14 }));
    const count = { model: 'anthropic', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] };
    const counted = await post('/v1/messages/count_tokens', count);
    expect([counted.status, only(counted).usage]).toEqual([200, undefined]);
  });

  test('speech that tells no tokens: characters', async () => {
    first.script(json(200, new Uint8Array([1, 2, 3]), { 'content-type': 'audio/mpeg' }));
    const record = await post('/v1/audio/speech', { model: 'openai', voice: 'v', input: PROMPT });
    expect(only(record).usage).toMatchObject({ ...NONE, units: { character: PROMPT.length }, estimated: false });
  });
});

describe('whom a client asks for', () => {
  const ofBody = async (
    dialect: Dialect,
    more: Json,
    headers: Record<string, string> = {},
  ): Promise<ExchangeRecord> => {
    first.script(json(200, dialect.answer(SAYS)));
    const { path, body } = dialect.request(
      { turns: [{ role: 'user', items: [{ text: 'x' }] }] },
      dialect.protocol,
      false,
    );
    const answer = await send(gateway.url + path, { headers, body: { ...body, ...more } });
    await answer.whole();
    return await recordOf(answer);
  };

  test.each([
    [openaiChat, { user: 'ann' }, {}, 'ann', undefined],
    [openaiChat, { user: 'ann', safety_identifier: 'hash', prompt_cache_key: 'k' }, {}, 'hash', 'k'],
    [openaiChat, { prompt_cache_key: 'k' }, { 'x-session-id': 's' }, undefined, 's'],
    [anthropicMessages, { metadata: { user_id: 'ann' } }, {}, 'ann', undefined],
    [anthropicMessages, { metadata: { user_id: 'user_1a_account_2b_session_3c' } }, {}, 'user_1a_account_2b', '3c'],
    [
      anthropicMessages,
      { metadata: { user_id: JSON.stringify({ device_id: 'd', account_uuid: 'a', session_id: 's' }) } },
      {},
      'a',
      's',
    ],
    [openaiChat, { user: '' }, {}, undefined, undefined],
  ] as const)('%#', async (dialect, more, headers, ...expected) => {
    const record = await ofBody(dialect, more, headers);
    expect([record.endUser, record.session]).toEqual(expected as never);
  });

  test('is known after a stream, whose request is forgotten, and of bounded length', async () => {
    first.script(pieces(openaiChat.events(SAYS)));
    const { path, body } = openaiChat.request(
      { turns: [{ role: 'user', items: [{ text: 'x' }] }] },
      openaiChat.protocol,
      true,
    );
    const user = `${'u'.repeat(255)}😀${'u'.repeat(9000)}`;
    const answer = await send(gateway.url + path, {
      headers: { 'user-agent': 'a'.repeat(3000) },
      body: { ...body, user },
    });
    await answer.whole();
    const record = await recordOf(answer);
    expect(record.endUser).toBe(`${'u'.repeat(255)}\uFFFD`);
    expect(record.userAgent).toHaveLength(256);
  });
});

test('a tier, a stated cost and tools are those of the answer', async () => {
  const answer = openaiChat.answer(SAYS);
  const usage = { ...answer.usage, cost: 0.0076509169, server_tool_use_details: { web_search_requests: 2 } };
  first.script(json(200, { ...answer, service_tier: 'flex', usage }));
  const { record } = await ask(openaiChat, openaiChat.protocol, false);
  expect(only(record).usage).toMatchObject({ tier: 'flex', statedNanoUsd: 7_650_917, serverTools: { web_search: 2 } });
});
