// Responses that a provider keeps: they are asked for where they were made.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Answer } from '../dialects/spoken.ts';
import { send } from '../kit/client.ts';
import type { RawAnswer, SendOptions } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { closeBeforeAnswer, json, pieces, stallAfter, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 3, output: 2 } };
const NOT_FOUND = status(404, { message: 'no such response', type: 'invalid_request_error' });

let one: Upstream;
let two: Upstream;
let gateway: Gateway;
let made = 0;

const config = (names: readonly [string, string] = ['one', 'two']): object => ({
  backends: [
    { name: names[0], url: one.url, protocol: 'openai-responses' },
    { name: 'chat', url: one.url, protocol: 'openai' },
    { name: names[1], url: two.url, protocol: 'openai-responses' },
  ],
  models: {
    both: {
      routes: [
        { backend: names[0], model: 'm1' },
        { backend: names[1], model: 'm2', priority: 2 },
      ],
    },
    second: { routes: [{ backend: names[1], model: 'm2' }] },
  },
  fallback: { cooldown_seconds: 30, max_retries: 1, backoff_initial: '1ms' },
  stream: { keepalive: '100ms' },
});

beforeAll(async () => {
  [one, two] = await Promise.all([startUpstream(NOT_FOUND), startUpstream(NOT_FOUND)]);
  gateway = await startGateway({ config: config() });
});

beforeEach(() => {
  for (const upstream of [one, two]) upstream.script(NOT_FOUND);
});

afterEach(async () => await settled(one, two));

afterAll(async () => {
  await gateway.stop();
  await Promise.all([one.stop(), two.stop()]);
});

const responseOf = (id: string): Json => ({ ...openaiResponses.answer(SAYS), id });

async function ask(path: string, options: SendOptions = {}): Promise<RawAnswer & { readonly body: Json }> {
  const answer = await send(gateway.url + path, options);
  const { text } = await answer.whole();
  return Object.assign(answer, {
    body: answer.headers['content-type'] === 'text/event-stream' ? text : JSON.parse(text),
  });
}

/** A response that the second backend keeps. */
async function keptByTwo(): Promise<string> {
  const id = `resp_${made++}`;
  two.script(json(200, responseOf(id)));
  expect((await ask('/v1/responses', { body: { model: 'second', input: 'Hello' } })).body.id).toBe(id);
  return id;
}

describe('a response that was made here', () => {
  test.each([
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/cancel'],
    ['GET', '/input_items?limit=3&after=x'],
  ])('%s …%s reaches the backend that made it, and no other', async (method, below) => {
    const id = await keptByTwo();
    const before = one.requests.length;
    const { body, headers } = await ask(`/v1/responses/${id}${below}`, { method });
    expect([body.id, headers['x-llm-proxy-backend'], one.requests.length]).toEqual([id, 'two', before]);
    expect(two.requests.at(-1)).toMatchObject({ method, path: `/v1/responses/${id}${below}` });
  });

  test('streamed, is known by its first event', async () => {
    two.script(pieces(openaiResponses.events(SAYS)));
    const { body } = await ask('/v1/responses', { body: { model: 'second', input: 'Hello', stream: true } });
    const id = /"id":"(resp_\w+)"/.exec(body)?.[1] ?? '';
    const before = one.requests.length;
    two.script(json(200, responseOf(id)));
    expect((await ask(`/v1/responses/${id}`)).status).toBe(200);
    expect(one.requests.length).toBe(before);
  });

  test('is gone on with there, even where another route comes first', async () => {
    const id = await keptByTwo();
    const before = one.requests.length;
    const { headers } = await ask('/v1/responses', {
      body: { model: 'both', input: 'On', previous_response_id: id },
    });
    expect([headers['x-llm-proxy-backend'], one.requests.length]).toEqual(['two', before]);
  });

  test('is gone on with there alone, whatever happens', async () => {
    const id = await keptByTwo();
    const before = one.requests.length;
    const body = { model: 'both', input: 'On', previous_response_id: id };
    two.script(status(500));
    expect((await ask('/v1/responses', { body })).status).toBe(500);
    // It is cooling now, and tried all the same.
    two.script(json(200, responseOf(`${id}_next`)));
    expect((await ask('/v1/responses', { body })).status).toBe(200);
    expect(one.requests.length).toBe(before);
  });

  test('is known after a reload, and where its backend has got another name', async () => {
    const id = await keptByTwo();
    gateway.writeConfig(config(['one', 'renamed']));
    await eventually(async () => {
      const { body } = await ask('/admin/backends');
      return body.backends.some(({ name }: Json) => name === 'renamed');
    });
    const { status: code, headers } = await ask(`/v1/responses/${id}`);
    expect([code, headers['x-llm-proxy-backend']]).toEqual([200, 'renamed']);
    gateway.writeConfig(config());
    await eventually(async () => (await ask('/admin/backends')).body.backends.some(({ name }: Json) => name === 'two'));
    expect((await ask(`/v1/responses/${id}`)).headers['x-llm-proxy-backend']).toBe('two');
  });
});

describe('a response that nobody here knows', () => {
  test('is asked for at each backend of the dialect', async () => {
    two.script(json(200, responseOf('resp_there')));
    const before = two.requests.length;
    expect((await ask('/v1/responses/resp_there')).headers['x-llm-proxy-backend']).toBe('two');
    const [first] = [one.requests.length];
    expect((await ask('/v1/responses/resp_there')).status).toBe(200);
    // Now it is known.
    expect([one.requests.length, two.requests.length]).toEqual([first, before + 2]);
  });

  test('is gone on with at the backend that knows it, and the others are not blamed', async () => {
    const code = 'previous_response_not_found';
    one.script(status(400, { message: 'not here', type: 'invalid_request_error', code }));
    two.script(json(200, responseOf('resp_next')));
    const body = { model: 'both', input: 'On', previous_response_id: 'resp_of_yesterday' };
    const { status: found, headers } = await ask('/v1/responses', { body });
    expect([found, headers['x-llm-proxy-backend']]).toEqual([200, 'two']);
    const { backends } = (await ask('/admin/backends')).body;
    expect(backends[0].models.find(({ model }: Json) => model === 'm1').state).toBe('up');
    two.script(status(400, { message: 'not here', type: 'invalid_request_error', code }));
    const nowhere = await ask('/v1/responses', { body });
    expect([nowhere.status, nowhere.body.error.code]).toEqual([400, code]);
  });

  test('is a 404 where all say so, and none of them is blamed', async () => {
    const { status: code, body } = await ask('/v1/responses/resp_none');
    expect([code, body.error.message]).toEqual([404, 'no such response']);
    const { backends } = (await ask('/admin/backends')).body;
    expect(backends.flatMap(({ models }: Json) => models.filter((model: Json) => model.state === 'cooling'))).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ model: '-' })]),
    );
  });

  test.each([
    ['answers 500', status(500), 500],
    ['is not there', closeBeforeAnswer(), 502],
  ])('may be at one that %s: the others are asked, and then that is told', async (_what, reply, code) => {
    one.script(reply);
    two.script(json(200, responseOf('resp_other')));
    expect((await ask(`/v1/responses/resp_${code}`)).status).toBe(200);
    two.script(NOT_FOUND);
    expect((await ask(`/v1/responses/resp_nowhere_${code}`)).status).toBe(code);
  });
});

test('a response that has failed is what was asked for', async () => {
  const id = await keptByTwo();
  two.script(json(200, { ...responseOf(id), status: 'failed', error: { code: 'server_error', message: 'm' } }));
  const { status: code, body, headers } = await ask(`/v1/responses/${id}`);
  expect([code, body.status, headers['x-should-retry']]).toEqual([200, 'failed', undefined]);
  await eventually(() => gateway.logs().at(-1)?.status === 200 && gateway.logs().at(-1)?.error_code === null);
});

test('a stream of one that is still being made is kept alive', async () => {
  const id = await keptByTwo();
  two.script(stallAfter());
  const answer = await send(`${gateway.url}/v1/responses/${id}?stream=true`);
  await answer.textUntil(': keep-alive\n\n: keep-alive');
  expect(two.requests.at(-1)?.path).toBe(`/v1/responses/${id}?stream=true`);
  answer.leave();
});

test('`/responses/compact` goes to a backend of the dialect, with its model', async () => {
  two.script(json(200, { object: 'response.compaction', id: 'cmp_1', output: [] }));
  expect((await ask('/v1/responses/compact', { body: { model: 'second', input: [] } })).body.id).toBe('cmp_1');
  expect(two.requests.at(-1)).toMatchObject({ path: '/v1/responses/compact', text: '{"model":"m2","input":[]}' });
});
