import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';

import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, chatEvents, closeBeforeAnswer, cutAfter, json, sse, status } from '../kit/replies.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let first: Upstream;
let second: Upstream;
let other: Upstream;
let gateway: Gateway;
let nextModel = 0;

beforeAll(async () => {
  [first, second, other] = (await Promise.all(
    [chatAnswer('1'), chatAnswer('2'), chatAnswer('3')].map(startUpstream),
  )) as [Upstream, Upstream, Upstream];
  const routes = [
    { backend: 'first', model: '*', priority: 1 },
    { backend: 'second', model: '*', priority: 2 },
  ];
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url, api_key: 'sk-first-000000000' },
        { name: 'second', url: second.url, api_key: 'sk-second-00000000' },
        { name: 'other', url: other.url, api_key: 'sk-other-000000000' },
      ],
      models: {
        'pair/*': { routes },
        'one/*': { routes: routes.slice(0, 1) },
        'other/*': { routes: [{ backend: 'other', model: '*' }] },
      },
      fallback: {
        max_retries: 2,
        backoff_initial: '1ms',
        backoff_max: '2ms',
        alias_fallback: { 'pair/*': ['missing', 'other/*'] },
      },
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all([first, second, other].map((upstream) => upstream.stop()));
});

beforeEach(() => {
  first.script(chatAnswer('1'));
  second.script(chatAnswer('2'));
  other.script(chatAnswer('3'));
});

/** Asks for a model of its own, so that no other test's cooldown is met. */
async function ask(prefix: string, more: object = {}) {
  const counts = [first, second, other].map((upstream) => upstream.requests.length);
  const body = { model: `${prefix}/m${nextModel++}`, messages: [{ role: 'user', content: 'hi' }], ...more };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text } = await answer.whole();
  const tried = [first, second, other].map((upstream, index) => upstream.requests.length - (counts[index] ?? 0));
  return { answer, text, tried, model: body.model };
}

describe('L1 and L2', () => {
  test.each([401, 402, 403, 404, 408, 429, 500, 503, 529])('%i goes to the next route', async (code) => {
    first.script(status(code));
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([200, 1, 1, 0]);
  });

  test('a connection that is closed at once is asked again, uncounted; one that is closed late is not', async () => {
    first.script([closeBeforeAnswer(), chatAnswer('1')]);
    const soon = await ask('pair');
    expect([soon.answer.headers['x-llm-proxy-attempts'], ...soon.tried]).toEqual(['1', 2, 0, 0]);
    first.script({
      async send(wire) {
        await wire.wait(1_100);
        wire.cut();
      },
    });
    const late = await ask('pair');
    expect([late.answer.headers['x-llm-proxy-attempts'], ...late.tried]).toEqual(['2', 1, 1, 0]);
  });

  test('a connection that is closed twice counts, and the next route is tried', async () => {
    first.script(closeBeforeAnswer());
    const { answer, tried } = await ask('pair');
    expect([answer.headers['x-llm-proxy-attempts'], ...tried]).toEqual(['2', 2, 1, 0]);
  });

  test('a 400 goes to the client as it is', async () => {
    first.script(json(400, { error: { message: 'no', type: 'invalid_request_error', code: null, param: null } }));
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([400, 1, 0, 0]);
  });

  test('a context that is too long goes to another alias only', async () => {
    first.script(
      json(400, { error: { message: 'no', type: 'invalid_request_error', code: 'context_length_exceeded' } }),
    );
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([200, 1, 0, 1]);
  });

  test('a content filter goes to the client', async () => {
    first.script(json(400, { error: { message: 'no', type: 'invalid_request_error', code: 'content_filter' } }));
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([400, 1, 0, 0]);
  });

  test('every route once before any twice, then the fallback; a missing one is skipped', async () => {
    first.script(status(500));
    second.script(status(500));
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([200, 2, 1, 1]);
    expect(answer.headers['x-llm-proxy-attempts']).toBe('4');
  });

  test('a 401 is not tried again', async () => {
    first.script(status(401));
    const { answer, tried } = await ask('one');
    expect([answer.status, ...tried]).toEqual([502, 1, 0, 0]);
    expect((await answer.json()).error.code).toBe('provider_refused');
    expect(answer.headers['x-should-retry']).toBe('false');
  });

  test('a 500 that passes is tried again', async () => {
    first.script([status(500), chatAnswer('1')]);
    const { answer, tried } = await ask('one');
    expect([answer.status, ...tried]).toEqual([200, 2, 0, 0]);
  });

  test('a connection closed before an answer is redone once, uncounted', async () => {
    first.script([closeBeforeAnswer(), chatAnswer('1')]);
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([200, 2, 0, 0]);
    expect(answer.headers['x-llm-proxy-attempts']).toBe('1');
  });

  test('a plain answer that breaks off is had elsewhere', async () => {
    first.script(cutAfter(20));
    const { answer, text } = await ask('pair');
    expect(answer.status).toBe(200);
    expect(text).toContain('2');
  });

  test('a 200 that holds an error is a failure by its own code', async () => {
    first.script(json(200, { error: { message: 'busy', type: 'rate_limit_error', code: 'rate_limit_exceeded' } }));
    const { answer, tried } = await ask('pair');
    expect([answer.status, ...tried]).toEqual([200, 1, 1, 0]);
  });

  test('what failed cools down', async () => {
    first.script(status(503));
    const { model } = await ask('pair');
    const before = first.requests.length;
    await (await send(`${gateway.url}/v1/chat/completions`, { body: { model, messages: [] } })).whole();
    expect(first.requests.length).toBe(before);
  });
});

describe('streams', () => {
  const stream = { stream: true };

  test('an error as the first event is routed around, unseen', async () => {
    first.script(sse([{ error: { message: 'busy', type: 'overloaded_error' } }]));
    second.script(sse(chatEvents('good')));
    const { text, tried } = await ask('pair', stream);
    expect(tried).toEqual([1, 1, 0]);
    expect(text).not.toContain('error');
    expect(parseSse(text).done).toBe(true);
  });

  test('a stream without [DONE] is completed', async () => {
    first.script(sse(chatEvents('good'), { done: false }));
    const { text } = await ask('pair', stream);
    expect(parseSse(text).done).toBe(true);
  });

  test('a stream that ends without a finish reason never looks whole', async () => {
    first.script(sse(chatEvents('good', { finish: null }), { done: false }));
    const { text, tried } = await ask('pair', stream);
    expect(tried).toEqual([1, 0, 0]);
    expect(text).toContain('stream_interrupted');
    expect(parseSse(text).done).toBe(false);
  });

  test('a stream without content is routed around', async () => {
    first.script(sse([], { done: false }));
    second.script(sse(chatEvents('good')));
    const { text, tried } = await ask('pair', stream);
    expect(tried).toEqual([1, 1, 0]);
    expect(parseSse(text).done).toBe(true);
  });
});
