import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { send, type RawAnswer } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import {
  chatAnswer,
  chatEvents,
  cutAfter,
  hold,
  manual,
  sseText,
  status,
  streamOf,
  type Manual,
  type Reply,
} from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let nextModel = 0;

beforeAll(async () => {
  first = await startUpstream(streamOf('one'));
  second = await startUpstream(streamOf('two'));
  const routes = [
    { backend: 'first', model: '*', priority: 1 },
    { backend: 'second', model: '*', priority: 2 },
  ];
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url },
        { name: 'second', url: second.url },
      ],
      models: { 'pair/*': { routes } },
      fallback: { max_retries: 1, backoff_initial: '1ms', backoff_max: '1ms' },
      stream: { keepalive: '100ms' },
    },
  });
});

afterAll(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

async function begin(replies: readonly [Reply, Reply], more: object = { stream: true }) {
  first.script(replies[0]);
  second.script(replies[1]);
  const model = `pair/m${nextModel++}`;
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  return { model, answer: await send(`${gateway.url}/v1/chat/completions`, { body }) };
}

/** Begins a stream of which the first upstream has sent only the role, and waits for two comments. */
async function held(then: Reply): Promise<{ upstream: Manual; answer: RawAnswer; model: string }> {
  const upstream = manual();
  const begun = begin([upstream, then]);
  await upstream.head();
  await upstream.event(EVENTS[0]!);
  const { answer, model } = await begun;
  await answer.textUntil((text) => comments(text) >= 2);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toContain('text/event-stream');
  expect(parseSse(answer.text).events).toEqual([]);
  return { upstream, answer, model };
}

const EVENTS = chatEvents(['a', 'b']);
const comments = (text: string): number => text.split(': keep-alive\n\n').length - 1;
const withoutComments = (text: string): string => text.replaceAll(': keep-alive\n\n', '');

describe('before the commit point', () => {
  test('comments come, and no event', async () => {
    const { upstream, answer } = await held(streamOf('two'));
    for (const event of EVENTS.slice(1)) await upstream.event(event);
    await upstream.event('[DONE]');
    await upstream.end();
    expect(withoutComments((await answer.whole()).text)).toBe(sseText(EVENTS));
  });

  test('failover goes on unseen', async () => {
    const { upstream, answer } = await held(streamOf(['x', 'y']));
    await upstream.destroy();
    const { text, ending } = await answer.whole();
    expect([withoutComments(text), ending]).toEqual([sseText(chatEvents(['x', 'y'])), 'complete']);
  });

  test('a plain answer then comes as a stream', async () => {
    const { upstream, answer, model } = await held(chatAnswer('plain'));
    await upstream.destroy();
    const seen = parseSse((await answer.whole()).text);
    expect(seen.done).toBe(true);
    const line = await eventually(() => gateway.logs().find((one) => one.alias === model));
    expect(line).toMatchObject({ status: 200, ttft_ms: expect.any(Number) });
    expect(seen.json.map((event) => event.choices[0]?.delta?.content ?? '').join('')).toBe('plain');
  });

  test('a plain answer too long to be held does so as well', async () => {
    const long = 'long '.repeat(400_000);
    const { upstream, answer, model } = await held(chatAnswer(long));
    await upstream.destroy();
    const { text, ending } = await answer.whole();
    const seen = parseSse(text);
    expect([ending, seen.done, seen.rest]).toEqual(['complete', true, '']);
    expect(seen.json.map((event) => event.choices[0]?.delta?.content ?? '').join('') === long).toBe(true);
    const line = await eventually(() => gateway.logs().find((one) => one.alias === model));
    expect(line).toMatchObject({ status: 200, error_code: null, prompt_tokens: expect.any(Number) });
  });

  test('one that is cut ends in an error event, and nothing of it is shown', async () => {
    const { upstream, answer, model } = await held(cutAfter(1_500_000));
    await upstream.destroy();
    const { text, ending } = await answer.whole();
    const seen = parseSse(text);
    expect([ending, seen.done, seen.json.map(({ error }) => error.code)]).toEqual([
      'complete',
      false,
      ['stream_interrupted'],
    ]);
    const line = await eventually(() => gateway.logs().find((one) => one.alias === model));
    expect(line).toMatchObject({ interrupted: true, error_code: 'stream_interrupted' });
  });

  test.each([
    ['an error status', status(503, { code: 'busy' }), 503],
    ['a request that is refused', status(400, { code: 'odd' }), 400],
  ])('%s of the last one comes as an error event', async (_, reply, code) => {
    const { upstream, answer, model } = await held(reply);
    await upstream.destroy();
    const { text, ending } = await answer.whole();
    const seen = parseSse(text);
    expect([ending, seen.done, seen.rest, seen.events.length]).toEqual(['complete', false, '', 1]);
    expect(seen.json[0].error).toMatchObject({ message: expect.any(String), type: expect.any(String) });
    const line = await eventually(() => gateway.logs().find((one) => one.alias === model));
    expect(line).toMatchObject({ status: code, tries: [{ backend: 'first' }, { backend: 'second', status: code }] });
  });

  test('they come before the headers of the upstream too', async () => {
    const gate = hold(streamOf('one'));
    const { answer } = await begin([gate, streamOf('two')]);
    await answer.textUntil((text) => comments(text) >= 2);
    gate.release();
    expect(withoutComments((await answer.whole()).text)).toBe(sseText(chatEvents('one')));
  });

  test('a client that leaves meanwhile ends the upstream’s work', async () => {
    const { upstream, answer } = await held(streamOf('two'));
    const seen = await upstream.request;
    const others = second.requests.length;
    answer.leave();
    await seen.closed;
    expect([seen.outcome, second.requests.length]).toEqual(['aborted', others]);
  });
});

describe('after the commit point', () => {
  test('they come in every silence, never inside an event', async () => {
    const upstream = manual();
    const begun = begin([upstream, streamOf('two')]);
    await upstream.head();
    await upstream.write(sseText(EVENTS.slice(0, 2), { done: false }));
    const { answer } = await begun;
    await answer.textUntil((text) => comments(text) >= 2);
    const half = sseText([EVENTS[2]!], { done: false });
    await upstream.write(half.slice(0, 20));
    const soFar = comments(answer.text);
    await answer.textUntil((text) => comments(text) >= soFar + 2);
    await upstream.write(half.slice(20));
    await upstream.write(sseText(EVENTS.slice(3)));
    await upstream.end();
    const { text } = await answer.whole();
    expect(withoutComments(text)).toBe(sseText(EVENTS));
    expect(parseSse(text).comments.length).toBe(comments(text));
  });
});

test('a plain answer gets none', async () => {
  const gate = hold(chatAnswer('plain'));
  const begun = begin([gate, chatAnswer('two')], {});
  await gate.reached;
  await Bun.sleep(350);
  gate.release();
  const { answer } = await begun;
  expect((await answer.json()).choices[0].message.content).toBe('plain');
  expect(answer.text).not.toContain('keep-alive');
});
