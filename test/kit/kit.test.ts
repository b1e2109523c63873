import { afterEach, describe, expect, test } from 'bun:test';
import { BrokenTransfer, open, requestBytes, send } from './client.ts';
import { startGateway } from './gateway.ts';
import type { Json } from './json.ts';
import { loadRecordings } from './recordings.ts';
import type { Reply } from './replies.ts';
import * as replies from './replies.ts';
import { eventually, settled } from './settled.ts';
import { parseSse } from './sse.ts';
import type { Script, Upstream } from './upstream.ts';
import { startUpstream } from './upstream.ts';

const { chatAnswer, chatEvents, cutAfter, json, sse, stallAfter, streamOf } = replies;

const started: Upstream[] = [];

afterEach(async () => {
  const upstreams = started.splice(0);
  await settled(...upstreams);
  await Promise.all(upstreams.map((upstream) => upstream.stop()));
});

async function upstreamOf(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script);
  started.push(upstream);
  return upstream;
}

describe('what an upstream sees', () => {
  test('method, path, headers as sent and the body, with a length or in chunks', async () => {
    const upstream = await upstreamOf(chatAnswer('hi'));
    const connection = await open(upstream.url);
    await connection.write(
      'POST /v1/chat?x=1 HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-two: 2\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '4;ext=1\r\n{"a"\r\n3\r\n:1}\r\n0\r\nTrailer: x\r\n\r\n',
    );
    expect((await (await connection.answer()).json()).choices[0].message.content).toBe('hi');
    await connection.write(requestBytes(`${upstream.url}/next`, { body: { b: 'ü' } }));
    expect((await connection.answer()).status).toBe(200);
    connection.leave();

    expect(upstream.requests).toHaveLength(2);
    expect(upstream.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/chat?x=1',
      text: '{"a":1}',
      json: { a: 1 },
    });
    expect(upstream.requests[0]?.headers['x-two']).toBe('1, 2');
    expect(upstream.requests[0]?.rawHeaders.slice(0, 3)).toEqual([
      ['Host', 'a'],
      ['X-Two', '1'],
      ['x-two', '2'],
    ]);
    expect(upstream.requests[1]?.json).toEqual({ b: 'ü' });
    expect(upstream.requests.map((request) => [request.connection, request.outcome])).toEqual([
      [0, 'answered'],
      [0, 'answered'],
    ]);
    expect(upstream.connections).toBe(1);
  });

  test('requests byte by byte and pipelined ones are answered in their order', async () => {
    const upstream = await upstreamOf((request) =>
      replies.slowHeaders(request.path === '/a' ? 20 : 0, json(200, request.path)),
    );
    const connection = await open(upstream.url);
    const both = Buffer.concat([requestBytes('http://x/a', { body: 'one' }), requestBytes('http://x/b', {})]);
    for (const byte of replies.splitEvery(both, 1)) await connection.write(byte);
    expect((await (await connection.answer()).whole()).text).toBe('/a');
    expect((await (await connection.answer()).whole()).text).toBe('/b');
    connection.leave();
  });

  test('a peer that leaves aborts its request', async () => {
    const upstream = await upstreamOf(replies.stall());
    const leaving = new AbortController();
    const answer = fetch(upstream.url, { signal: leaving.signal });
    await eventually(() => upstream.inFlight === 1);
    leaving.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await upstream.requests[0]?.closed;
    expect([upstream.requests[0]?.outcome, upstream.openSockets]).toEqual(['aborted', 0]);
  });

  test('half a request is in flight until its connection closes, and is not seen', async () => {
    const upstream = await upstreamOf(chatAnswer('hi'));
    const connection = await open(upstream.url);
    await connection.write('POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\nabc');
    await eventually(() => upstream.inFlight === 1);
    connection.leave();
    await settled(upstream);
    expect(upstream.requests).toEqual([]);
  });

  test('bytes that are no HTTP and scripts that throw are faults, which stop() rejects with', async () => {
    for (const bytes of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n']) {
      const upstream = await startUpstream(() => {
        throw new Error('script');
      });
      const connection = await open(upstream.url);
      await connection.write(bytes);
      await connection.closed;
      expect(upstream.faults).toHaveLength(1);
      await expect(upstream.stop()).rejects.toThrow();
    }
  });
});

describe('scripts', () => {
  test('a list is used in turn and its last repeats; a change begins anew', async () => {
    const upstream = await upstreamOf([replies.status(429, { retryAfter: 7, code: 'slow_down' }), chatAnswer('ok')]);
    const first = await send(upstream.url);
    expect([first.status, first.headers['retry-after']]).toEqual([429, '7']);
    expect(await first.json()).toMatchObject({ error: { code: 'slow_down', param: null } });
    expect([(await send(upstream.url)).status, (await send(upstream.url)).status]).toEqual([200, 200]);
    upstream.script((_, n) => json(200, { n }, { 'set-cookie': ['a=1', 'b=2'] }));
    const next = await send(upstream.url);
    expect(await next.json()).toEqual({ n: 0 });
    expect(next.rawHeaders.filter(([name]) => name === 'set-cookie')).toHaveLength(2);
  });
});

describe('replies', () => {
  const textOf = async (reply: Reply) => (await send((await upstreamOf(reply)).url)).whole();

  test('streams, with and without [DONE] and usage', async () => {
    const { text, ending } = await textOf(streamOf('Hello big world'));
    const parsed = parseSse(text);
    expect(ending).toBe('complete');
    expect(parsed.json.map((chunk) => chunk.choices[0].delta.content ?? '').join('')).toBe('Hello big world');
    expect(parsed.done).toBe(true);
    expect(parseSse((await textOf(sse([{ a: 1 }, 'raw'], { done: false }))).text)).toMatchObject({
      events: [{ data: '{"a":1}' }, { data: 'raw' }],
      done: false,
    });
    expect((chatEvents('x', { usage: true }).at(-1) as Json).usage.completion_tokens).toBe(1);
  });

  test('pieces arrive as they were cut', async () => {
    const bytes = replies.sseText([{ text: '你好' }]);
    const parts = replies.splitAt(bytes, 17, 18);
    const upstream = await upstreamOf(replies.pieces(parts, { gapMs: 5 }));
    const answer = await send(upstream.url);
    expect((await answer.whole()).text).toBe(bytes);
    expect(answer.pieces.map((piece) => piece.bytes.length)).toEqual(parts.map((part) => part.length));
    expect(Buffer.concat(replies.splitEvery(bytes, 3)).toString()).toBe(bytes);
  });

  test('raw bytes', async () => {
    expect(await textOf(replies.raw('HTTP/1.1 200 OK\r\n\r\nuntil the end'))).toEqual({
      text: 'until the end',
      ending: 'complete',
    });
  });

  test('stalls leave the peer waiting', async () => {
    const upstream = await upstreamOf(stallAfter(chatEvents('a b', { finish: null })));
    const answer = await send(upstream.url);
    await answer.textUntil('" b"');
    expect(await Promise.race([answer.ending, Bun.sleep(30)])).toBeUndefined();
    answer.leave();
    await upstream.requests[0]?.closed;
    expect(upstream.requests[0]?.outcome).toBe('aborted');
  });

  test.each([
    ['inside a body with a length', cutAfter(5), '{"id"'],
    ['inside a body with a length, by reset', cutAfter(5, { reset: true }), '{"id"'],
    ['after events', cutAfter(['x']), 'data: x\n\n'],
    ['after events, by reset', cutAfter(['x'], { reset: true }), 'data: x\n\n'],
    ['inside an event', cutAfter('data: {"ha'), 'data: {"ha'],
  ])('cuts break the transfer %s', async (_, reply, text) => {
    expect(await textOf(reply)).toEqual({ text, ending: 'broken' });
    expect(started.at(-1)?.requests[0]?.outcome).toBe('cut');
    await expect(fetch(started.at(-1)!.url).then((response) => response.text())).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
  });

  test.each([{}, { reset: true }])('closing before the answer: %j', async (options) => {
    await expect(textOf(replies.closeBeforeAnswer(options))).rejects.toThrow(BrokenTransfer);
  });

  test('an idle connection closes under the next request, which is not seen', async () => {
    const upstream = await upstreamOf(replies.closeIdle());
    const connection = await open(upstream.url);
    await connection.write(requestBytes(upstream.url, {}));
    await (await connection.answer()).whole();
    await connection.write(requestBytes(upstream.url, {}));
    await expect(connection.answer()).rejects.toThrow(BrokenTransfer);
    expect([upstream.requests.length, upstream.swallowed]).toEqual([1, 1]);
    expect((await send(upstream.url)).status).toBe(200);
  });

  test('a big body has its size and waits for a slow reader', async () => {
    const bodyBytes = 32 * 1024 * 1024;
    const upstream = await upstreamOf(replies.bigBody(bodyBytes));
    const connection = await open(upstream.url);
    await connection.write(requestBytes(upstream.url, {}));
    const answer = await connection.answer();
    connection.pause();
    await Bun.sleep(100);
    expect(upstream.requests[0]?.bytesSent).toBeLessThan(bodyBytes / 2);
    connection.resume();
    expect((await answer.json()).choices[0].message.content.length).toBeGreaterThan(bodyBytes - 1_000);
    expect(answer.text).toHaveLength(bodyBytes);
    connection.leave();
  });

  test('a gate holds requests until it is released', async () => {
    const gate = replies.hold();
    const upstream = await upstreamOf(gate);
    const answer = send(`${upstream.url}/held`);
    expect((await gate.reached).path).toBe('/v1/held');
    expect(upstream.inFlight).toBe(1);
    gate.release();
    expect((await answer).status).toBe(200);
  });

  test('a manual reply is written step by step', async () => {
    const reply = replies.manual();
    const upstream = await upstreamOf(reply);
    const answering = send(upstream.url);
    await reply.request;
    await reply.head();
    const answer = await answering;
    await reply.event({ a: 1 });
    expect(await answer.next()).toBe('data: {"a":1}\n\n');
    await reply.write('data: [DONE]\n\n');
    expect(await answer.next()).toContain('[DONE]');
    await reply.end();
    expect(await answer.next()).toBeUndefined();
  });

  test('a manual reply rejects once the peer has left', async () => {
    const reply = replies.manual();
    const upstream = await upstreamOf(reply);
    const answering = send(upstream.url);
    await reply.head();
    (await answering).leave();
    await upstream.requests[0]?.closed;
    await expect(reply.write('x')).rejects.toMatchObject({ name: 'PeerLeft' });
  });
});

describe('the client', () => {
  test('answers to HEAD, 204 and interim answers have no body', async () => {
    const upstream = await upstreamOf((request) =>
      request.method === 'HEAD'
        ? replies.raw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n', { keep: true })
        : replies.raw('HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n', { keep: true }),
    );
    const head = await send(upstream.url, { method: 'HEAD' });
    expect([await head.whole(), head.headers['content-length']]).toEqual([{ text: '', ending: 'complete' }, '5']);
    const empty = await send(upstream.url);
    expect([empty.status, await empty.ending]).toEqual([204, 'complete']);
    head.leave();
    empty.leave();
  });

  test('parseSse follows the standard', () => {
    const parsed = parseSse('\uFEFF: hi\r\n\r\nevent: a\rdata:1\rdata: 2\r\r:mid\ndata: [DONE]\n\ndata: half');
    expect(parsed.events).toEqual([
      { event: 'a', id: undefined, data: '1\n2' },
      { event: undefined, id: undefined, data: '[DONE]' },
    ]);
    expect(parsed.comments).toEqual([
      { text: 'hi', eventsBefore: 0 },
      { text: 'mid', eventsBefore: 1 },
    ]);
    expect([parsed.done, parsed.rest]).toEqual([true, 'data: half']);
  });
});

test('eventually gives what came true, and the last failure when nothing did', async () => {
  let n = 0;
  expect(await eventually(() => ++n === 3 && 'three')).toBe('three');
  const failing = eventually(() => Promise.reject(new Error('why')), { timeoutMs: 20 });
  await expect(failing).rejects.toMatchObject({ cause: { message: 'why' } });
});

test('the recordings load', () => {
  const recordings = loadRecordings('openai-chat');
  expect(recordings.length).toBeGreaterThan(100);
  expect(recordings.some(({ stream, response }) => stream && parseSse(response.body).done)).toBe(true);
  expect(loadRecordings('openai-embeddings')).toHaveLength(1);
});

test('a gateway that exits at once is reported with its output', async () => {
  const starting = startGateway({ config: 'backends: [', args: ['--no-such-flag'] });
  await expect(starting).rejects.toThrow(/exited with/);
});
