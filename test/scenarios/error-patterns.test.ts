// `error_patterns` that say as what they count.
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, json, sse } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let first: Upstream;
let second: Upstream;
let gateway: Gateway;

beforeEach(async () => {
  [first, second] = await Promise.all([startUpstream(chatAnswer('first')), startUpstream(chatAnswer('second'))]);
});

afterEach(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

async function start(patterns: unknown[], keys = true): Promise<void> {
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url, ...(keys ? { api_key: 'sk-first-000000000' } : {}) },
        { name: 'second', url: second.url, ...(keys ? { api_key: 'sk-second-00000000' } : {}) },
      ],
      models: {
        pair: {
          routes: [
            { backend: 'first', model: 'm' },
            { backend: 'second', model: 'm', priority: 2 },
          ],
        },
        alone: { routes: [{ backend: 'first', model: 'm' }] },
      },
      fallback: { max_retries: 0, cooldown_seconds: 600, alias_fallback: { alone: ['pair'] } },
      detection: { error_patterns: patterns },
    },
  });
}

async function ask(model = 'pair', more: object = {}) {
  const before = [first.requests.length, second.requests.length];
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  const headers = { authorization: 'Bearer sk-client-000000000' };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body, headers });
  const { text } = await answer.whole();
  const tried = [first.requests.length - (before[0] ?? 0), second.requests.length - (before[1] ?? 0)];
  return { status: answer.status, tried, text };
}

const said = (message: string, code = 400): Reply => json(code, { error: { message, type: 'x', code: null } });

test.each([['refused'], ['rate_limited'], ['overloaded'], ['server_error'], ['not_found']] as const)(
  'as %s: the next route, and the first rests',
  async (as) => {
    await start([{ match: 'No Coins Left', as }]);
    first.script(said('Sorry: no coins left.'));
    expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
    expect(await ask()).toMatchObject({ status: 200, tried: [0, 1] });
  },
);

test('the same in an error of a 2xx answer and as the first event of a stream', async () => {
  await start([{ match: 'no coins left', as: 'refused' }]);
  first.script(said('no coins left', 200));
  expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
  expect(await ask()).toMatchObject({ tried: [0, 1] });
  await gateway.stop();
  await start([{ match: 'no coins left', as: 'refused' }]);
  first.script(sse([{ error: { message: 'no coins left' } }], { done: false }));
  expect(await ask('pair', { stream: true })).toMatchObject({ status: 200, tried: [1, 1] });
  expect(await ask('pair')).toMatchObject({ tried: [0, 1] });
});

test('as context_length: not a route of the same model, but the fallback, and nothing rests', async () => {
  await start([{ match: 'too many pages', as: 'context_length' }]);
  first.script(said('too many pages'));
  expect(await ask('pair')).toMatchObject({ status: 400, tried: [1, 0] });
  expect(await ask('alone')).toMatchObject({ status: 200, tried: [1, 1] });
});

test('as content_filter: the client’s to see, even of a status that is routed around', async () => {
  await start([{ match: 'naughty', as: 'content_filter' }]);
  first.script(said('naughty', 500));
  expect(await ask()).toMatchObject({ status: 500, tried: [1, 0] });
  expect(await ask()).toMatchObject({ tried: [1, 0] });
});

test('plain text: the next route, and nothing rests', async () => {
  await start(['no coins left', { match: 'empty purse' }]);
  for (const words of ['no coins left', 'Empty Purse']) {
    first.script(said(words));
    expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
    expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
  }
});

test('a Retry-After counts for what the pattern makes a rate limit', async () => {
  await start([{ match: 'slow down', as: 'rate_limited' }]);
  first.script([json(400, { error: { message: 'slow down' } }, { 'retry-after': '0' }), chatAnswer('first')]);
  expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
  expect(await ask()).toMatchObject({ status: 200, tried: [1, 0] });
});

test('a client’s own key is nobody else’s', async () => {
  await start([{ match: 'no coins left', as: 'refused' }], false);
  first.script(said('no coins left'));
  expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
  expect(await ask()).toMatchObject({ status: 200, tried: [1, 1] });
});

test('a refusal that only words tell is 502 provider_refused, when nothing else serves', async () => {
  await start([{ match: 'no coins left', as: 'refused' }]);
  for (const upstream of [first, second]) upstream.script(said('no coins left'));
  const { status, text } = await ask();
  expect([status, JSON.parse(text).error.code]).toEqual([502, 'provider_refused']);
});
