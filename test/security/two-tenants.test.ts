// Two callers of one gateway, who share its backends and their accounts: nothing of one is seen or changed by the other.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import OpenAI from 'openai';
import { markSignature } from '../../src/core/signature.ts';
import { DIALECTS } from '../dialects/stage.ts';
import { openaiChat } from '../dialects/openai-chat.ts';
import type { Answer } from '../dialects/spoken.ts';
import { send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { json, pieces } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';
import { keepingProvider, type KeepingProvider } from './keeping-provider.ts';

const ANN = 'key-of-ann-5678-abcdefgh';
const BOB = 'key-of-bob-9012-abcdefgh';
const SECRET = 'a secret of the installation, long enough';

let one: Upstream;
let two: Upstream;
let other: Upstream;
let providers: readonly [KeepingProvider, KeepingProvider];
let gateway: Gateway;

const KEYS = [
  { name: 'ann', key: ANN, models: ['*'] },
  { name: 'bob', key: BOB, models: ['*'] },
];

const config = (changes: object = { keys: KEYS }): object => ({
  backends: [
    { name: 'one', url: one.url, protocol: 'openai-responses', api_key: 'key-of-the-account-1234' },
    { name: 'two', url: two.url, protocol: 'openai-responses', api_key: 'key-of-the-account-1234' },
    ...DIALECTS.map(({ protocol, base }) => ({
      name: `as-${protocol}`,
      url: other.url.replace('/v1', base),
      protocol: protocol === 'openai-responses' ? 'openai' : protocol,
    })),
  ],
  models: {
    both: {
      routes: [
        { backend: 'one', model: 'm1' },
        { backend: 'two', model: 'm2', priority: 2 },
      ],
    },
    second: { routes: [{ backend: 'two', model: 'm2' }] },
    ...Object.fromEntries(
      DIALECTS.map(({ protocol }) => [`to-${protocol}`, { routes: [{ backend: `as-${protocol}`, model: 'm' }] }]),
    ),
  },
  fallback: { cooldown_seconds: 0, max_retries: 0 },
  server: { max_body_mb: 1 },
  ...changes,
});

beforeAll(async () => {
  providers = [keepingProvider('one'), keepingProvider('two')];
  [one, two, other] = await Promise.all([
    startUpstream(providers[0].script),
    startUpstream(providers[1].script),
    startUpstream(json(200, {})),
  ]);
  gateway = await startGateway({ config: config() });
});

beforeEach(() => {
  one.script(providers[0].script);
  two.script(providers[1].script);
});

afterEach(async () => await settled(one, two, other));

afterAll(async () => {
  await gateway.stop();
  await Promise.all([one.stop(), two.stop(), other.stop()]);
});

type Asked = RawAnswer & { readonly body: Json };
type Ask = (path: string, options?: SendOptions) => Promise<Asked>;

/** How a client with this key asks. */
const by =
  (key: string | undefined, at: () => Gateway = () => gateway): Ask =>
  async (path, options = {}) => {
    const credential: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const headers = { ...credential, ...options.headers };
    const answer = await send(at().url + path, { ...options, headers });
    const { text } = await answer.whole();
    const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
    return Object.assign(answer, { body: isJson ? JSON.parse(text) : text });
  };

const ann = by(ANN);
const bob = by(BOB);
const seenByAll = (): number => one.requests.length + two.requests.length + other.requests.length;

/** What `act` leads to, which no upstream hears of. */
async function unheard(act: () => Promise<Asked>): Promise<Asked> {
  const before = seenByAll();
  const answer = await act();
  expect(seenByAll()).toBe(before);
  return answer;
}

const respond = (ask: Ask, more: object = {}): Promise<Asked> =>
  ask('/v1/responses', { body: { model: 'both', input: 'Hello', ...more } });

describe('ids of translated answers', () => {
  const ANSWER: Answer = {
    items: [
      { thought: 'Hm.', signature: 'c2lnbmF0dXJl' },
      { text: 'Hello.' },
      { call: { id: 'call_1', name: 'f', args: { a: 1 } } },
    ],
    finish: 'tool_calls',
    usage: { input: 3, output: 2 },
  };
  const HELLO = { turns: [{ role: 'user' as const, items: [{ text: 'Hello' }] }] };
  const TRACE = 'trace-0123456789abcdef';

  /** Without any ids of the backend's, so that all are the gateway's. */
  const withoutIds = (value: Json): Json =>
    JSON.parse(JSON.stringify(value, (key, member: unknown) => (/^(?:id|responseId)$/.test(key) ? undefined : member)));

  const idsIn = (text: string): string[] =>
    [...text.matchAll(/"(?:id|responseId)":"([^"]+)"/g)].map(([, id = '']) => id).filter((id) => id !== 'call_1');

  const CASES = DIALECTS.flatMap((front) =>
    DIALECTS.filter((back) => back !== front && back.protocol !== 'openai-responses').flatMap((back) =>
      [false, true].map((stream) => [front, back, stream] as const),
    ),
  ).map((pair) => [`${pair[0].title} before ${pair[1].title}, ${pair[2] ? 'streamed' : 'plain'}`, pair] as const);

  test.each(CASES)('are random: %s', async (_what, [front, back, stream]) => {
    other.script(
      stream
        ? pieces(
            back
              .events(ANSWER)
              .map((event) =>
                event.replace(
                  /data: (\{.*\})/,
                  (_all, data: string) => `data: ${JSON.stringify(withoutIds(JSON.parse(data)))}`,
                ),
              ),
          )
        : json(200, withoutIds(back.answer(ANSWER))),
    );
    const { path, body } = front.request(HELLO, `to-${back.protocol}`, stream);
    const texts: string[] = [];
    for (const ask of [ann, bob, ann]) {
      const answer = await ask(path, { body, headers: { 'x-trace-id': TRACE } });
      expect(answer.status).toBe(200);
      texts.push(answer.text);
    }
    const ids = texts.map((text) => new Set(idsIn(text)));
    const all = ids.flatMap((set) => [...set]);
    expect(all.length).toBeGreaterThan(2);
    // None in common, though all three have one trace.
    expect(new Set(all).size).toBe(all.length);
    for (const id of all) expect(id.replaceAll('-', '')).not.toContain('0123456789abcdef');
  });

  const translated = async (ask: Ask, text: string): Promise<Json> => {
    other.script(json(200, openaiChat.answer({ ...ANSWER, items: [{ text }], finish: 'stop' })));
    const { body } = await ask('/v1/responses', {
      body: { model: 'to-openai', input: 'Hello' },
      headers: { 'x-trace-id': TRACE },
    });
    return body;
  };
  const referTo = (ask: Ask, ...ids: string[]): Promise<Asked> =>
    ask('/v1/responses', {
      body: {
        model: 'to-openai',
        input: [...ids.map((id) => ({ type: 'item_reference', id })), { role: 'user', content: 'And?' }],
      },
    });

  test('stand for items to their caller alone; for others they are as good as made up', async () => {
    const said = await translated(ann, 'the secret of ann');
    const { id } = said.output[0];
    expect((await referTo(ann, id)).status).toBe(200);
    expect(other.requests.at(-1)?.text).toContain('the secret of ann');
    const [theirs, madeUp] = [await unheard(() => referTo(bob, id)), await unheard(() => referTo(bob, 'msg_0'))];
    expect([theirs.status, theirs.body.error.code]).toEqual([404, 'resource_not_found']);
    expect(theirs.text.replace(id, 'ID')).toBe(madeUp.text.replace('msg_0', 'ID'));
    // The answer as a whole is kept by nobody.
    const onward = (ask: Ask, before: string) =>
      unheard(() => ask('/v1/responses', { body: { model: 'to-openai', input: 'x', previous_response_id: before } }));
    expect((await onward(ann, said.id)).body.error.code).toBe('previous_response_not_found');
    expect((await onward(bob, said.id)).text).toBe((await onward(ann, said.id)).text);
  });

  test('are not kept where the client sends its items itself', async () => {
    other.script(json(200, openaiChat.answer({ ...ANSWER, items: [{ text: 'x' }], finish: 'stop' })));
    const { body } = await ann('/v1/responses', { body: { model: 'to-openai', input: 'Hello', store: false } });
    expect((await unheard(() => referTo(ann, body.output[0].id))).status).toBe(404);
    // And go back and forth.
    const again = [...body.output, { role: 'user', content: 'On' }];
    expect((await ann('/v1/responses', { body: { model: 'to-openai', input: again, store: false } })).status).toBe(200);
  });

  test('do not make a small request a large one: beyond `server.max_body_mb` it is refused, saying so', async () => {
    const { output } = await translated(ann, 'x'.repeat(300_000));
    const { id } = output[0];
    expect((await referTo(ann, id, id, id)).status).toBe(200);
    const refused = await unheard(() => referTo(ann, ...Array<string>(1000).fill(id)));
    expect([refused.status, refused.body.error.code]).toEqual([413, 'body_too_large']);
    expect(refused.body.error.message).toContain('server.max_body_mb');
  });
});

describe('a response that a provider keeps', () => {
  /** All that can be done with it. */
  const DEEDS: readonly (readonly [string, (ask: Ask, id: string) => Promise<Asked>])[] = [
    ['read', (ask, id) => ask(`/v1/responses/${id}`)],
    ['read without /v1', (ask, id) => ask(`/responses/${id}`)],
    ['followed', (ask, id) => ask(`/v1/responses/${id}?stream=true&starting_after=0`)],
    ['listed', (ask, id) => ask(`/v1/responses/${id}/input_items?limit=5`)],
    ['cancelled', (ask, id) => ask(`/v1/responses/${id}/cancel`, { method: 'POST' })],
    ['gone on with', (ask, id) => respond(ask, { previous_response_id: id })],
    ['gone on with in a stream', (ask, id) => respond(ask, { previous_response_id: id, stream: true })],
    ['counted', (ask, id) => ask('/v1/responses/input_tokens', { body: { model: 'both', previous_response_id: id } })],
    ['compacted', (ask, id) => ask('/v1/responses/compact', { body: { model: 'both', previous_response_id: id } })],
    ['deleted', (ask, id) => ask(`/v1/responses/${id}`, { method: 'DELETE' })],
  ];

  test.each(DEEDS)('is %s by its caller alone', async (what, deed) => {
    const { id } = (await respond(ann)).body;
    expect(id).toMatch(/^resp_lp1-/);
    const raw = [...providers[0].kept.keys()].at(-1) ?? '';
    const madeUp = `resp_lp1-${'A'.repeat(id.length - 9)}`;
    for (const key of [id, raw, madeUp]) {
      const refused = await unheard(() => deed(bob, key));
      expect([refused.status, refused.body.error.code]).toBeOneOf([
        [404, 'resource_not_found'],
        [400, 'previous_response_not_found'],
      ]);
      expect(refused.text.replaceAll(key.slice(0, 100), 'ID')).toBe(
        (await deed(bob, 'resp_none')).text.replaceAll('resp_none', 'ID'),
      );
    }
    // Not even its own caller knows it by the provider's id.
    expect((await unheard(() => deed(ann, raw))).status).toBeOneOf([400, 404]);
    const done = await deed(ann, id);
    expect(done.status).toBe(200);
    const asked = one.requests.at(-1);
    expect(`${asked?.path} ${asked?.text}`).toContain(raw);
    expect(`${asked?.path} ${asked?.text}`).not.toContain(id);
    expect(done.text).not.toContain(`"${raw}"`);
    if (!['listed', 'counted', 'compacted'].includes(what)) expect(done.text).toContain(id);
  });

  test('has one id in a plain answer, in all events of a stream, and whenever it is asked for', async () => {
    const streamed = await respond(ann, { stream: true });
    const told = parseSse(streamed.text).json.flatMap(({ response }) => (response === undefined ? [] : [response.id]));
    expect(told.length).toBe(3);
    expect(new Set(told).size).toBe(1);
    expect((await ann(`/v1/responses/${told[0]}`)).body.id).toBe(told[0]);
  });

  test('has nothing else changed in it', async () => {
    const { text, body } = await respond(ann, { previous_response_id: (await respond(ann)).body.id });
    const [[before], [raw, kept]] = [...providers[0].kept].slice(-2) as [[string, Json], [string, Json]];
    expect(text.replace(body.id, raw).replace(body.previous_response_id, before)).toBe(JSON.stringify(kept));
    const streamed = await respond(ann, { stream: true });
    const [[last, whole]] = [...providers[0].kept].slice(-1) as [[string, Json]];
    const sealed = /"id":"(resp_lp1-[\w-]+)"/.exec(streamed.text)?.[1] ?? '';
    one.script(pieces([streamed.text.replaceAll(sealed, last)]));
    expect((await respond(ann, { stream: true })).text).toBe(streamed.text);
    expect(whole.id).toBe(last);
  });

  test('is not taken over by a backend that answers with its id', async () => {
    const mine = (await respond(ann)).body.id;
    const raw = [...providers[0].kept.keys()].at(-1);
    providers[1].nextId = raw;
    const same = (await respond(ann, { model: 'second' })).body.id;
    providers[1].nextId = raw;
    const bobs = (await respond(bob, { model: 'second' })).body.id;
    expect(new Set([mine, same, bobs]).size).toBe(3);
    const served = async (ask: Ask, id: string): Promise<unknown> =>
      (await ask(`/v1/responses/${id}`)).headers['x-llm-proxy-backend'];
    expect([await served(ann, mine), await served(ann, same), await served(bob, bobs)]).toEqual(['one', 'two', 'two']);
    // Nor does what `two` called so ever get to `one`, which would take it for ann's.
    const astray = await unheard(() => respond(bob, { previous_response_id: bobs, model: 'to-openai' }));
    expect(astray.body.error.code).toBe('previous_response_not_found');
    await respond(bob, { previous_response_id: bobs });
    expect(two.requests.at(-1)?.json.previous_response_id).toBe(raw);
  });

  test('that came plain where a stream was asked for has its id, too', async () => {
    one.script((request) => {
      const { stream: _, ...rest } = request.json;
      return providers[0].script({ ...request, path: request.path, method: 'POST', json: rest });
    });
    const { text } = await respond(ann, { stream: true });
    expect(parseSse(text).json[0].response.id).toMatch(/^resp_lp1-/);
    expect(text).not.toContain(`"${[...providers[0].kept.keys()].at(-1)}"`);
  });

  test('of more than 1 MiB has its id, too', async () => {
    one.script((request) => {
      providers[0].script(request);
      const [id, kept] = [...providers[0].kept].at(-1) as [string, Json];
      return json(200, {
        ...kept,
        id,
        output: [{ ...kept.output[1], content: [{ type: 'output_text', text: 'x'.repeat(3e6) }] }],
      });
    });
    const { body, text } = await respond(ann);
    expect([body.id.startsWith('resp_lp1-'), text.length > 3e6]).toEqual([true, true]);
  });
});

describe('an item that a provider keeps', () => {
  const referring = (ask: Ask, ...input: object[]): Promise<Asked> =>
    respond(ask, { input: [...input, { role: 'user', content: 'And?' }] });

  test.each([
    ['plain', {}],
    ['streamed', { stream: true }],
  ])('is referred to by its caller alone: %s', async (_how, more) => {
    const { text } = await respond(ann, more);
    const id = /"(msg_one\d+)"/.exec(text)?.[1] ?? '';
    const reference = { type: 'item_reference', id };
    const theirs = await unheard(() => referring(bob, reference));
    const madeUp = await unheard(() => referring(bob, { type: 'item_reference', id: 'msg_none' }));
    expect([theirs.status, theirs.text.replaceAll(id, 'ID')]).toEqual([404, madeUp.text.replaceAll('msg_none', 'ID')]);
    expect((await referring(ann, reference)).status).toBe(200);
    expect(one.requests.at(-1)?.json.input[0]).toEqual(reference);
  });

  test.each([
    ['without a type', (id: string) => ({ id })],
    ['by a type and an id', (id: string) => ({ type: 'image_generation_call', id })],
    ['and a status', (id: string) => ({ type: 'reasoning', id, status: 'completed' })],
  ])('is not referred to %s', async (_how, item) => {
    const { body } = await respond(ann);
    expect((await unheard(() => referring(bob, item(body.output[0].id)))).status).toBe(404);
    expect((await referring(ann, item(body.output[0].id))).status).toBe(200);
  });

  test('is not looked up by an id beside other things', async () => {
    const { body } = await respond(ann);
    const [thought, said] = body.output;
    await referring(bob, thought, said);
    expect(
      one.requests
        .at(-1)
        ?.json.input.slice(0, 2)
        .map(({ id }: Json) => id),
    ).toEqual([undefined, undefined]);
    await referring(ann, thought, said);
    expect(one.requests.at(-1)?.json.input.slice(0, 2)).toEqual([thought, said]);
  });

  test('that was listed is one’s own', async () => {
    const { body } = await respond(ann);
    const { data } = (await ann(`/v1/responses/${body.id}/input_items`)).body;
    expect((await unheard(() => referring(bob, { type: 'item_reference', id: data[0].id }))).status).toBe(404);
    await referring(ann, { type: 'item_reference', id: data[0].id });
    expect(one.requests.at(-1)?.json.input[0].id).toBe(data[0].id);
  });

  test('leads to the backend that keeps it', async () => {
    const { body } = await respond(ann, { model: 'second' });
    const answer = await referring(ann, { type: 'item_reference', id: body.output[1].id });
    expect(answer.headers['x-llm-proxy-backend']).toBe('two');
  });
});

test('a conversation is one’s own where it came with an answer, and no other is known', async () => {
  expect((await unheard(() => respond(ann, { conversation: 'conv_1' }))).status).toBe(404);
  expect((await unheard(() => respond(ann, { conversation: { id: 'conv_1' } }))).status).toBe(404);
  one.script((request) => {
    const { conversation = 'conv_1', ...rest } = request.json;
    return providers[0].script({ ...request, path: request.path, method: 'POST', json: { ...rest, conversation } });
  });
  const { id } = (await respond(ann)).body.conversation;
  expect(id).toMatch(/^conv_lp1-/);
  expect((await unheard(() => respond(bob, { conversation: id }))).status).toBe(404);
  expect((await respond(ann, { conversation: id })).body.conversation.id).toBe(id);
  expect(one.requests.at(-1)?.json.conversation).toBe('conv_1');
  await respond(ann, { conversation: { id } });
  expect(one.requests.at(-1)?.json.conversation).toEqual({ id: 'conv_1' });
});

test('the official SDK goes on, follows, cancels, lists and deletes as before', async () => {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: ANN, maxRetries: 0 });
  const first = await client.responses.create({ model: 'both', input: 'Hello', store: true });
  const next = await client.responses.create({ model: 'both', input: 'On', previous_response_id: first.id });
  expect(next.previous_response_id).toBe(first.id);
  const stream = client.responses.stream({ model: 'both', input: 'On', previous_response_id: next.id });
  const last = await stream.finalResponse();
  expect([last.previous_response_id, last.output_text]).toEqual([next.id, expect.stringContaining('one says')]);
  const back = await client.responses.create({ model: 'both', input: 'Later', background: true });
  expect((await client.responses.retrieve(back.id)).status).toBe('queued');
  expect((await client.responses.cancel(back.id)).status).toBe('cancelled');
  const followed: string[] = [];
  for await (const event of await client.responses.retrieve(back.id, { stream: true })) followed.push(event.type);
  expect(followed.at(-1)).toBe('response.completed');
  expect((await client.responses.inputItems.list(last.id)).data.length).toBe(1);
  await client.responses.delete(back.id);
  expect(await client.responses.retrieve(back.id).catch((error: { status: number }) => error.status)).toBe(404);
  // As agents do that keep their conversation themselves.
  const mine = await client.responses.create({ model: 'both', input: 'Hello', store: false });
  const input = [...mine.output, { role: 'user' as const, content: 'On' }] as OpenAI.Responses.ResponseInput;
  expect((await client.responses.create({ model: 'both', input, store: false })).status).toBe('completed');
});

describe('what other dialects’ providers keep', () => {
  const sound = { id: 'audio_1', data: 'AAAA', transcript: 'Hi', expires_at: 1 };
  const container = { id: 'container_1', expires_at: 'x' };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'Hi' }],
  };
  const rest = { stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } };
  const hello = [{ role: 'user', content: 'Hello' }];
  const code = { id: 'ci_1', type: 'code_interpreter_call', container_id: 'cntr_1', code: '1', status: 'completed' };

  /** Where it is told, and how it is referred to. */
  interface Told {
    readonly path: string;
    readonly body: object;
    readonly play: () => void;
    readonly reference: object;
  }
  const CASES: readonly (readonly [string, Told])[] = [
    [
      'a sound of a chat',
      {
        path: '/v1/chat/completions',
        body: { model: 'to-openai', messages: hello },
        play: () => {
          const choice = {
            index: 0,
            message: { role: 'assistant', content: null, audio: sound },
            finish_reason: 'stop',
          };
          other.script(json(200, { id: 'x', object: 'chat.completion', choices: [choice] }));
        },
        reference: { messages: [...hello, { role: 'assistant', audio: { id: 'audio_1' } }] },
      },
    ],
    [
      'a sound of a streamed chat',
      {
        path: '/v1/chat/completions',
        body: { model: 'to-openai', messages: hello, stream: true },
        play: () => {
          const chunk = (delta: object, finish_reason: string | null = null): string =>
            `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
          other.script(pieces([chunk({ audio: sound }), chunk({}, 'stop'), 'data: [DONE]\n\n']));
        },
        reference: { messages: [...hello, { role: 'assistant', audio: { id: 'audio_1' } }] },
      },
    ],
    [
      'a container of messages',
      {
        path: '/v1/messages',
        body: { model: 'to-anthropic', max_tokens: 9, messages: hello },
        play: () => other.script(json(200, { ...message, ...rest, container })),
        reference: { container: 'container_1' },
      },
    ],
    [
      'a container, referred to in an object',
      {
        path: '/v1/messages',
        body: { model: 'to-anthropic', max_tokens: 9, messages: hello },
        play: () => other.script(json(200, { ...message, ...rest, container })),
        reference: { container: { id: 'container_1', skills: [] } },
      },
    ],
    [
      'a container of responses',
      {
        path: '/v1/responses',
        body: { model: 'both', input: 'Hello' },
        play: () =>
          one.script((request) => {
            providers[0].script(request);
            return json(200, { ...[...providers[0].kept.values()].at(-1), output: [code] });
          }),
        reference: { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] },
      },
    ],
    [
      'the container of a shell',
      {
        path: '/v1/responses',
        body: { model: 'both', input: 'Hello' },
        play: () =>
          one.script((request) => {
            providers[0].script(request);
            return json(200, { ...[...providers[0].kept.values()].at(-1), output: [code] });
          }),
        reference: { tools: [{ type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_1' } }] },
      },
    ],
  ];

  test.each(CASES)('is its caller’s: %s', async (_what, { path, body, play, reference }) => {
    // Each time another caller of the same gateway is the first to be told.
    const own = await startGateway({ config: config() });
    try {
      const [annHere, bobHere] = [by(ANN, () => own), by(BOB, () => own)];
      play();
      const refer = (ask: Ask) => ask(path, { body: { ...body, ...reference } });
      expect((await unheard(() => refer(annHere))).status).toBe(404);
      expect((await annHere(path, { body })).status).toBe(200);
      expect((await refer(annHere)).status).toBe(200);
      const refused = await unheard(() => refer(bobHere));
      expect([refused.status, refused.text.includes('Nothing is kept for this caller')]).toEqual([404, true]);
    } finally {
      await own.stop();
    }
  });

  test('is not reached by writing it twice', async () => {
    const twice = '{"model":"to-anthropic","max_tokens":9,"messages":[],"container":"container_1","container":null}';
    expect((await unheard(() => bob('/v1/messages', { body: twice }))).status).toBe(400);
    const message = '{"role":"assistant","audio":{"id":"audio_1"},"audio":null}';
    const chat = `{"model":"to-openai","messages":[${message}]}`;
    expect((await unheard(() => bob('/v1/chat/completions', { body: chat }))).status).toBe(400);
  });
});

describe('the gateway’s mark on a signature, which anyone can write,', () => {
  const hello = { role: 'user', content: 'Hello' };
  const origin = { protocol: 'openai-responses' };
  const CASES: readonly (readonly [string, (id: string, value: string) => object])[] = [
    [
      '/v1/messages',
      (id, value) => {
        const signature = markSignature({ protocol: 'openai-responses', value }, undefined, { id });
        return {
          content: [
            { type: 'thinking', thinking: 'Hm.', signature },
            { type: 'text', text: 'Hi' },
          ],
        };
      },
    ],
    [
      '/v1/chat/completions',
      (id, data) => ({ content: 'Hi', reasoning_details: [{ type: 'reasoning.encrypted', data, id, origin }] }),
    ],
  ];

  test.each(CASES)('makes no id a reference: %s', async (path, said) => {
    const { id } = (await respond(ann)).body.output[0];
    const sent = async (value: string): Promise<unknown[]> => {
      const messages = [hello, { role: 'assistant', ...said(id, value) }, hello];
      expect((await bob(path, { body: { model: 'both', max_tokens: 9, messages } })).status).toBe(200);
      const input: Json[] = one.requests.at(-1)?.json.input;
      return input.filter(({ type }) => type === 'reasoning').map(({ encrypted_content: content }) => content);
    };
    expect(await sent('')).toEqual([]);
    // With content of its own, it is that which counts: the provider has sealed it.
    expect(await sent('c2VjcmV0')).toEqual(['c2VjcmV0']);
  });
});

describe('what a client calls its request', () => {
  test('to be sent once does not give it another caller’s answer', async () => {
    const keys: (string | undefined)[] = [];
    for (const ask of [ann, bob, ann]) {
      await ask('/v1/responses', { body: { model: 'both', input: 'x' }, headers: { 'idempotency-key': 'order-1' } });
      keys.push(one.requests.at(-1)?.headers['idempotency-key']);
    }
    expect(keys[0]).toBe(keys[2] as string);
    expect(keys[1]).not.toBe(keys[0] as string);
  });
});

describe('a restart', () => {
  const restarted = async (first: object, second: object, act: (id: string, ask: Ask) => Promise<void>) => {
    const before = await startGateway({ config: config(first) });
    const { id } = (await respond(by(ANN, () => before))).body;
    await before.stop();
    const after = await startGateway({ config: config(second) });
    try {
      await act(
        id,
        by(ANN, () => after),
      );
    } finally {
      await after.stop();
    }
  };
  const server = { max_body_mb: 1, secret: SECRET };

  test('ends no id where there is a secret, and other nodes know them', async () => {
    await restarted({ keys: KEYS, server }, { keys: KEYS, server }, async (id, ask) => {
      expect((await ask(`/v1/responses/${id}`)).status).toBe(200);
      expect((await respond(ask, { previous_response_id: id })).status).toBe(200);
    });
  });

  test('ends all ids where there is none', async () => {
    await restarted({ keys: KEYS }, { keys: KEYS }, async (id, ask) => {
      expect((await unheard(() => ask(`/v1/responses/${id}`))).status).toBe(404);
    });
  });

  test('with a secret but no keys knows both forms', async () => {
    const raw = (): string => [...providers[0].kept.keys()].at(-1) ?? '';
    await restarted({ server }, { server }, async (id, ask) => {
      expect(id).toMatch(/^resp_lp1-/);
      const known = raw();
      expect([(await ask(`/v1/responses/${id}`)).status, (await ask(`/v1/responses/${known}`)).status]).toEqual([
        200, 200,
      ]);
      expect((await unheard(() => ask(`/v1/responses/${known}`, { method: 'DELETE' }))).status).toBe(404);
      expect((await ask(`/v1/responses/${id}`, { method: 'DELETE' })).status).toBe(200);
    });
  });
});

describe('without any key', () => {
  let open: Gateway;
  beforeAll(async () => {
    open = await startGateway({ config: config({}) });
  });
  afterAll(async () => await open.stop());

  const [first, second, nobody] = ['sk-one-aaaaaaaaaaaaaaaa', 'sk-two-bbbbbbbbbbbbbbbb', undefined].map((key) =>
    by(key, () => open),
  ) as [Ask, Ask, Ask];

  test('callers are known by their own credentials, which stand nowhere', async () => {
    const [own, alone] = [await respond(first), await respond(nobody)];
    const callerOf = ({ headers }: Asked) =>
      eventually(() => open.logs().find(({ trace_id: id }) => id === headers['x-trace-id'])?.caller);
    expect([await callerOf(own), await callerOf(alone)]).toEqual([
      expect.stringMatching(/^client:[0-9a-f]{16}$/),
      'anonymous',
    ]);
    expect(JSON.stringify(open.logs())).not.toContain('sk-one');
    // With one caller there is nothing to seal.
    expect(own.body.id).toMatch(/^resp_one\d+$/);
  });

  test('items are kept for whoever has the same credential', async () => {
    other.script(
      json(200, openaiChat.answer({ items: [{ text: 'secret' }], finish: 'stop', usage: { input: 1, output: 1 } })),
    );
    const { body } = await first('/v1/responses', { body: { model: 'to-openai', input: 'Hello' } });
    const input = [{ type: 'item_reference', id: body.output[0].id }];
    const refer = (ask: Ask) => ask('/v1/responses', { body: { model: 'to-openai', input } });
    expect((await refer(first)).status).toBe(200);
    for (const ask of [second, nobody]) expect((await unheard(() => refer(ask))).status).toBe(400);
  });

  test('a backend that answers with a known id takes nothing over', async () => {
    const { id } = (await respond(nobody)).body;
    providers[1].nextId = id;
    await respond(nobody, { model: 'second' });
    for (const deed of [() => nobody(`/v1/responses/${id}`), () => respond(nobody, { previous_response_id: id })])
      expect((await deed()).headers['x-llm-proxy-backend']).toBe('one');
  });

  test.each([
    ['deleted', 'DELETE', ''],
    ['cancelled', 'POST', '/cancel'],
  ])('nothing is %s on the off chance', async (_what, method, below) => {
    providers[1].kept.set('resp_unknown', { id: 'resp_unknown' });
    const { status, body } = await unheard(() => nobody(`/v1/responses/resp_unknown${below}`, { method }));
    expect([status, body.error.code]).toEqual([404, 'resource_not_found']);
    expect((await nobody('/v1/responses/resp_unknown')).headers['x-llm-proxy-backend']).toBe('two');
  });
});
