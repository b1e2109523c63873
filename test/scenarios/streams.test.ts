import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { open, requestBytes, send, type RawAnswer } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import {
  chatAnswer,
  chatEvents,
  closeBeforeAnswer,
  cutAfter,
  manual,
  pieces,
  splitAt,
  splitEvery,
  sse,
  sseText,
  stallAfter,
  status,
  streamOf,
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
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url },
        { name: 'second', url: second.url },
      ],
      models: {
        'one/*': { routes: [{ backend: 'first', model: '*' }] },
        'pair/*': {
          routes: [
            { backend: 'first', model: '*', priority: 1 },
            { backend: 'second', model: '*', priority: 2 },
          ],
        },
      },
      fallback: { max_retries: 1, backoff_initial: '1ms', backoff_max: '1ms' },
    },
  });
});

afterAll(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

/** Begins a stream of a model of its own, so that no other test's cooldown is met. */
async function begin(prefix: string, reply: Reply, more: object = {}): Promise<{ answer: RawAnswer; model: string }> {
  first.script(reply);
  const model = `${prefix}/m${nextModel++}`;
  const body = { model, stream: true, messages: [{ role: 'user', content: 'hi' }], ...more };
  return { model, answer: await send(`${gateway.url}/v1/chat/completions`, { body }) };
}

/** The whole text of a stream, which must end as a transfer should. */
async function ask(prefix: string, reply: Reply, more: object = {}) {
  const { answer, model } = await begin(prefix, reply, more);
  const { text, ending } = await answer.whole();
  expect(ending).toBe('complete');
  return { answer, text, model };
}

function logged(model: string): Promise<Json> {
  return eventually(() => gateway.logs().find((line) => line.alias === model));
}

/** What a model said, over all choices. */
function saidIn(text: string): string {
  return parseSse(text)
    .json.map((event) => event.choices?.[0]?.delta?.content ?? '')
    .join('');
}

const ROLE = { id: 'c', choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] };
const word = (content: string, index = 0) => ({
  id: 'c',
  choices: [{ index, delta: { content }, finish_reason: null }],
});
const finish = (index = 0) => ({ id: 'c', choices: [{ index, delta: {}, finish_reason: 'stop' }] });

describe('the commit point', () => {
  test('a role chunk alone is held, and a failure after it is not seen', async () => {
    const { text, model } = await ask('pair', cutAfter([ROLE]));
    expect(saidIn(text)).toBe('two');
    expect(parseSse(text).json.filter((event) => event.choices[0].delta.role === 'assistant')).toHaveLength(1);
    expect((await logged(model)).tries).toMatchObject([{ backend: 'first' }, { backend: 'second', status: 200 }]);
  });

  test('neither headers nor bytes come before content', async () => {
    const upstream = manual();
    first.script(upstream);
    const connection = await open(gateway.url);
    const url = `${gateway.url}/v1/chat/completions`;
    await connection.write(requestBytes(url, { body: { model: 'one/held', stream: true, messages: [] } }));
    await upstream.head();
    await upstream.event(ROLE);
    let came = false;
    const answer = connection.answer().then((one) => ((came = true), one));
    await Bun.sleep(100);
    expect(came).toBe(false);
    await upstream.event(word('x'));
    await (await answer).textUntil('"x"');
    await upstream.event(finish());
    await upstream.event('[DONE]');
    await upstream.end();
    expect((await (await answer).whole()).text).toBe(sseText([ROLE, word('x'), finish()]));
    connection.leave();
  });

  test.each([
    ['reset', closeBeforeAnswer({ reset: true })],
    ['a stream without events', pieces([])],
    ['an end after the role', sse([ROLE], { done: false })],
    ['an error as the first event', sse([{ error: { message: 'no', type: 'server_error', code: 500 } }])],
    ['an error after the role', sse([ROLE, { error: { message: 'no', type: 'server_error' } }])],
    ['a status', status(503)],
  ])('%s before content goes to the next route', async (_, reply) => {
    const { text, answer } = await ask('pair', reply);
    expect([saidIn(text), parseSse(text).done, answer.headers['x-llm-proxy-backend']]).toEqual(['two', true, 'second']);
    expect(text).not.toContain('error');
  });

  test('63 events are held, the 64th goes out with them', async () => {
    const roles = Array.from({ length: 63 }, () => ROLE);
    const held = await ask('pair', cutAfter(roles));
    expect(saidIn(held.text)).toBe('two');
    const { answer } = await begin('pair', stallAfter([...roles, ROLE]));
    expect((await answer.textUntil((text) => parseSse(text).events.length === 64)).includes('two')).toBe(false);
    answer.leave();
  });

  test('a first event longer than what is held goes out whole, though nothing was held', async () => {
    const events = [word('x'.repeat(400 * 1024)), word('y'), finish()];
    const { text } = await ask('one', pieces(splitEvery(sseText(events), 64 * 1024)));
    expect(text).toBe(sseText(events));
  });

  test('256 KiB are held and no more', async () => {
    const held = await ask('pair', cutAfter(`: ${'x'.repeat(200 * 1024)}\n\n`));
    expect(saidIn(held.text)).toBe('two');
    const { answer } = await begin('pair', stallAfter(`: ${'x'.repeat(256 * 1024)}\n\n`));
    await answer.textUntil((text) => text.length >= 256 * 1024);
    answer.leave();
  });

  test.each([
    ['a tool call', { tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '' } }] }],
    ['reasoning', { reasoning_content: 'hm' }],
    ['content', { content: 'x' }],
  ])('%s is enough', async (_, delta) => {
    const event = { id: 'c', choices: [{ index: 0, delta, finish_reason: null }] };
    const { answer } = await begin('pair', stallAfter([event]));
    await answer.textUntil('data: ');
    expect(parseSse(answer.text).json).toEqual([event]);
    answer.leave();
  });

  test('a finish is enough', async () => {
    const { answer } = await begin('pair', stallAfter([finish()]));
    await answer.textUntil('"stop"');
    answer.leave();
  });
});

describe('the bytes of a stream', () => {
  test('are the upstream’s, byte for byte', async () => {
    const odd = [': hello', '', 'event: x', 'id: 7', 'retry: 10', 'data:{"id":"c", "choices":[] }', '', ''].join('\n');
    const whole = odd + sseText(chatEvents('byte for byte, 😀 and ünïcode', { usage: true }));
    for (const reply of [pieces([whole]), pieces(splitEvery(whole, 7))]) {
      const { text, answer, model } = await ask('one', reply, { stream_options: { include_usage: true } });
      expect(text).toBe(whole);
      expect(answer.headers['content-type']).toContain('text/event-stream');
      expect((await logged(model)).bytes_out).toBe(Buffer.byteLength(whole));
    }
  });

  test('may be split at every offset', async () => {
    const whole = Buffer.from(sseText([ROLE, word('😀é'), word('👩‍👩‍👧'), finish()]));
    for (let at = 1; at < whole.length; at++) {
      const { text } = await ask('one', pieces(splitAt(whole, at), { gapMs: 1 }));
      if (text !== whole.toString()) expect({ at, text }).toEqual({ at, text: whole.toString() });
    }
  }, 60_000);

  test('may come one by one', async () => {
    const whole = sseText([ROLE, word('😀'), finish()]);
    expect((await ask('one', pieces(splitEvery(whole, 1)))).text).toBe(whole);
  });

  test.each(['\r\n', '\r', '\n'])(
    'line ends %j, with and without a BOM, in pieces of every size',
    async (lineEnd) => {
      for (const bom of ['', '\uFEFF']) {
        const whole = bom + sseText([ROLE, word('a'), word('b😀'), finish()]).replaceAll('\n', lineEnd);
        for (const size of [1, 2, 3, 5, 64, 10_000]) {
          const { text, model } = await ask('one', pieces(splitEvery(whole, size)));
          const seen = parseSse(text);
          expect([size, saidIn(text), seen.events.length, seen.done, seen.rest]).toEqual([size, 'ab😀', 5, true, '']);
          expect((await logged(model)).interrupted).toBeUndefined();
        }
      }
    },
    30_000,
  );

  test('mixed line ends', async () => {
    const [a, b, c] = [ROLE, word('a'), finish()].map((event) => JSON.stringify(event));
    const { text } = await ask('one', pieces([`data: ${a}\r\n\r\ndata: ${b}\n\ndata: ${c}\r\rdata: [DONE]\n\r\n`]));
    expect([saidIn(text), parseSse(text).done]).toEqual(['a', true]);
  });

  test('an event of several data lines', async () => {
    const lines = JSON.stringify(word('multi'), null, 1).split('\n');
    const event = `${lines.map((line) => `data: ${line}`).join('\n')}\n\n`;
    const { text, model } = await ask('one', pieces([sseText([ROLE], { done: false }), event, sseText([finish()])]));
    expect([saidIn(text), parseSse(text).done]).toEqual(['multi', true]);
    expect((await logged(model)).dropped_events).toBeUndefined();
  });

  test('comments pass, in their places', async () => {
    const whole = `: OPENROUTER PROCESSING\n\n${sseText([ROLE, word('a')], { done: false })}: ping\n\n:\n\n${sseText([finish()])}`;
    expect((await ask('one', pieces([whole]))).text).toBe(whole);
  });

  test('a line that is no JSON is left out and counted', async () => {
    const before = sseText([ROLE, word('a')], { done: false });
    const after = sseText([word('b'), finish()]);
    const { text, model } = await ask('one', pieces([before, 'data: {"broken\n\n', 'data: nonsense\n\n', after]));
    expect(text).toBe(before + after);
    expect(await logged(model)).toMatchObject({ dropped_events: 2, status: 200, error_code: null });
  });

  test('a long event comes whole', async () => {
    const whole = sseText([ROLE, word('x'.repeat(3_000_000)), finish()]);
    expect((await ask('one', pieces([whole]))).text === whole).toBe(true);
  });
});

describe('the end of a stream', () => {
  test('[DONE] is added where it is missing', async () => {
    const events = [ROLE, word('a'), finish()];
    const { text, model } = await ask('one', sse(events, { done: false }));
    expect(text).toBe(sseText(events));
    expect((await logged(model)).interrupted).toBeUndefined();
  });

  test('[DONE] alone completes it', async () => {
    const { text, model } = await ask('one', sse([ROLE, word('a')]));
    expect(text).toBe(sseText([ROLE, word('a')]));
    expect((await logged(model)).interrupted).toBeUndefined();
  });

  test.each([
    ['the finish', { done: false }],
    ['[DONE]', { done: true }],
  ])('comes some seconds after %s, though the transfer does not end', async (_, how) => {
    const since = performance.now();
    const { text, model } = await ask('one', stallAfter(sseText([ROLE, word('a'), finish()], how)));
    expect(text).toBe(sseText([ROLE, word('a'), finish()]));
    expect(performance.now() - since).toBeGreaterThan(4_000);
    expect((await logged(model)).interrupted).toBeUndefined();
  });

  test('what follows [DONE] passes', async () => {
    const whole = `${sseText([ROLE, word('a'), finish()])}data: {"late":1}\n\n`;
    const { text, model } = await ask('one', pieces([whole, 'data: {"later":1}\n\n', ': bye']));
    expect(text).toBe(`${whole}data: {"later":1}\n\n: bye`);
    expect((await logged(model)).dropped_events).toBeUndefined();
  });

  test.each([
    ['[DONE]', sseText([ROLE, word('a'), finish()]).trimEnd()],
    ['[DONE] and one line feed', sseText([ROLE, word('a'), finish()]).slice(0, -1)],
    ['a finish', sseText([ROLE, word('a'), finish()], { done: false }).trimEnd()],
  ])('the blank line may lack after %s', async (_, text) => {
    const got = await ask('one', pieces([text]));
    expect(parseSse(got.text)).toMatchObject({ done: true, rest: '' });
    expect(parseSse(got.text).json).toEqual([ROLE, word('a'), finish()]);
  });

  test('neither finish nor [DONE]: an error event, no [DONE], logged as interrupted', async () => {
    const { text, model } = await ask('one', sse([ROLE, word('a')], { done: false }));
    expectInterrupted(text, [ROLE, word('a')]);
    expect(await logged(model)).toMatchObject({ interrupted: true, level: 'error', tries: [{ backend: 'first' }] });
  });

  test('one choice of two unfinished is interrupted', async () => {
    const events = [word('a', 0), word('b', 1), finish(0)];
    const { text, model } = await ask('one', sse(events, { done: false }), { n: 2 });
    expectInterrupted(text, events);
    expect((await logged(model)).interrupted).toBe(true);
  });

  test('one choice of two not even begun is interrupted, however it ends', async () => {
    const events = [word('a', 0), finish(0)];
    const { text } = await ask('one', sse(events, { done: false }), { n: 2 });
    expectInterrupted(text, events);
    // Longer than the end of a finished stream is waited for.
    const late = pieces([sseText(events, { done: false }), sseText([word('b', 1), finish(1)])], { gapMs: 1_500 });
    expect((await ask('one', late, { n: 2 })).text).toBe(sseText([...events, word('b', 1), finish(1)]));
  });

  test('both choices finished is complete', async () => {
    const events = [word('a', 0), word('b', 1), finish(0), finish(1)];
    expect((await ask('one', sse(events, { done: false }), { n: 2 })).text).toBe(sseText(events));
  });

  test('a plain answer to a streaming request is streamed or passed on whole', async () => {
    const { text, answer } = await ask('one', chatAnswer('plain'));
    expect(answer.status).toBe(200);
    expect(text).toContain('plain');
  });
});

describe('usage', () => {
  test('of the final chunk is in the log', async () => {
    const { model } = await ask('one', streamOf('a b c'), { stream_options: { include_usage: true } });
    expect(await logged(model)).toMatchObject({ prompt_tokens: 10, completion_tokens: 3, stream: true, status: 200 });
  });

  test('after the finish, of a stream that lacks its [DONE], too', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const events = [ROLE, word('a'), finish(), { id: 'c', choices: [], usage }];
    const { model, text } = await ask('one', sse(events, { done: false }), { stream_options: { include_usage: true } });
    expect(text).toBe(sseText(events));
    expect(await logged(model)).toMatchObject({ prompt_tokens: 1, completion_tokens: 2 });
  });
});

describe('a client', () => {
  test('that leaves mid-stream ends the upstream’s work, without blame', async () => {
    const { answer, model } = await begin('one', stallAfter([ROLE, word('a')]));
    await answer.textUntil('"a"');
    const seen = first.requests.at(-1)!;
    answer.leave();
    await seen.closed;
    expect(seen.outcome).toBe('aborted');
    expect(await logged(model)).toMatchObject({ status: 499, level: 'info' });
    first.script(streamOf('again'));
    const body = { model, stream: true, messages: [] };
    const again = await send(`${gateway.url}/v1/chat/completions`, { body });
    expect([again.status, saidIn((await again.whole()).text)]).toEqual([200, 'again']);
  });

  test('that leaves before the commit point ends the upstream’s work, without blame', async () => {
    first.script(stallAfter([ROLE]));
    const url = `${gateway.url}/v1/chat/completions`;
    const request = requestBytes(url, { body: { model: 'pair/leaves', stream: true, messages: [] } });
    const count = first.requests.length;
    const others = second.requests.length;
    const connection = await open(gateway.url);
    await connection.write(request);
    const seen = await eventually(() => first.requests[count]);
    connection.leave();
    await seen.closed;
    expect((await logged('pair/leaves')).status).toBe(499);
    expect(second.requests.length).toBe(others);
  });

  test('that stops reading stops the upstream', async () => {
    // Far more than what the buffers of sockets can grow to on any system.
    const total = 128 * 1024 * 1024;
    const event = word('x'.repeat(16 * 1024));
    const count = Math.ceil(total / (16 * 1024));
    function* events() {
      yield ROLE;
      for (let i = 0; i < count; i++) yield event;
      yield finish();
    }
    first.script(sse(events()));
    const url = `${gateway.url}/v1/chat/completions`;
    const connection = await open(gateway.url);
    await connection.write(requestBytes(url, { body: { model: 'one/paused', stream: true, messages: [] } }));
    const answer = await connection.answer();
    connection.pause();
    const seen = first.requests.at(-1)!;
    // It goes on until the buffers of the sockets are full; then it stands still.
    let before = -1;
    await eventually(
      () => {
        const isStill = seen.bytesSent === before && before > 0;
        before = seen.bytesSent;
        return isStill;
      },
      { everyMs: 300, timeoutMs: 30_000 },
    );
    expect(seen.bytesSent).toBeLessThan(total / 2);
    expect(seen.outcome).toBe('open');
    connection.resume();
    expect(await answer.ending).toBe('complete');
    const bytes = answer.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
    expect(bytes).toBeGreaterThan(total);
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true);
  }, 60_000);
});

function expectInterrupted(text: string, events: readonly object[]): void {
  const seen = parseSse(text);
  expect(seen.done).toBe(false);
  expect(text).not.toContain('[DONE]');
  expect(seen.json.slice(0, -1)).toEqual([...events]);
  expect(seen.json.at(-1)).toMatchObject({ error: { code: 'stream_interrupted', type: 'server_error' } });
}
