import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import {
  chatAnswer,
  closeBeforeAnswer,
  closeIdle,
  hold,
  json,
  manual,
  pieces,
  raw,
  stall,
} from '../../../test/kit/replies.ts';
import { responseOf } from '../../../test/kit/response-of.ts';
import { eventually, settled } from '../../../test/kit/settled.ts';
import { startUpstream } from '../../../test/kit/upstream.ts';
import type { Upstream } from '../../../test/kit/upstream.ts';
import type { UpstreamRequest } from '../../core/route.ts';
import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import { Cancellation } from '../../lib/cancellation.ts';
import { HttpClient } from './client.ts';

let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream(json(200, { ok: true }));
});

afterEach(() => settled(upstream));

afterAll(() => upstream.stop());

/** How long a connection has to be silent before it is used again, here, and longer than that. */
const quietMs = 5;
const QUIET_MS = 20;

function request(more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return { method: 'POST', target: '/x', headers: {}, body: '{}', cancellation: new Cancellation(), ...more };
}

function textOf(answer: UpstreamAnswer): Promise<string> {
  return responseOf(answer).text();
}

async function failureOf(promise: Promise<unknown>): Promise<{ code?: string; message: string }> {
  return await promise.then(
    () => expect.unreachable(),
    (error: Error) => error,
  );
}

describe('a request', () => {
  test('says what it is, and nobody else writes a line of its head', async () => {
    const client = new HttpClient(upstream.url);
    const own = { host: 'evil', 'content-length': '1', connection: 'upgrade', 'transfer-encoding': 'chunked' };
    await textOf(await client.send(request({ headers: { 'x-a': 'caf\xe9', ...own }, body: '{"a":"é"}' })));
    const seen = upstream.requests.at(-1)!;
    expect(seen.path).toBe('/v1/x');
    expect(seen.text).toBe('{"a":"é"}');
    expect(seen.headers).toMatchObject({
      host: `127.0.0.1:${upstream.port}`,
      connection: 'keep-alive',
      'content-length': '10',
      'accept-encoding': 'identity',
      'x-a': 'caf\xe9',
    });
    expect(seen.headers['transfer-encoding']).toBeUndefined();
    client.retire();
  });

  test.each([
    ['a value', { 'x-a': 'b\r\nEvil: yes' }],
    ['a value', { 'x-a': 'b\nEvil: yes' }],
    ['a value', { 'x-a': 'b\0' }],
    ['a value', { 'x-a': 'snow ☃' }],
    ['a name', { 'x-a\r\nEvil': 'yes' }],
    ['a name', { 'x a': 'yes' }],
    ['a name', { '': 'yes' }],
  ])('is not sent with %s that would not stay one: %j', (_what, headers) => {
    const client = new HttpClient(upstream.url);
    const before = upstream.requests.length;
    expect(() => client.send(request({ headers }))).toThrow(TypeError);
    expect(upstream.requests.length).toBe(before);
  });

  test('has its target encoded as in every URL', async () => {
    const client = new HttpClient(upstream.url);
    await textOf(await client.send(request({ target: '/a b?q=é HTTP/1.1\r\nEvil: yes' })));
    expect(upstream.requests.at(-1)!.path).toBe('/v1/a%20b?q=%C3%A9%20HTTP/1.1Evil:%20yes');
    client.retire();
  });

  test.each([
    ['text', 'é'.repeat(4_000_000), 8_000_000],
    ['bytes', new Uint8Array(8_000_000), 8_000_000],
    ['a short text', 'x'.repeat(16_384), 16_384],
    ['nothing, by POST', undefined, 0],
  ])('may hold %s', async (_what, body, bytes) => {
    const client = new HttpClient(upstream.url);
    await textOf(await client.send(request({ body })));
    const seen = upstream.requests.at(-1)!;
    expect([seen.body.byteLength, seen.headers['content-length']]).toEqual([bytes, String(bytes)]);
    client.retire();
  });

  test.each([
    ['a text of ASCII', 'a'.repeat(3_000_000)],
    ['a text beyond Latin-1', '"€ and \u{1f600}"'.repeat(200_000)],
    ["bytes, which stay the sender's", new Uint8Array(3_000_000).fill(0x62)],
  ])('that is long is sent whole, however slowly it is taken: %s', async (_what, body) => {
    const given = Buffer.from(body as string);
    upstream.script(json(200, 'ok'));
    const client = new HttpClient(upstream.url, { quietMs: 0 });
    for (let n = 0; n < 3; n++) {
      expect(await textOf(await client.send(request({ body })))).toBe('ok');
      expect(Buffer.from(upstream.requests.at(-1)!.text).equals(given)).toBe(true);
    }
    if (typeof body !== 'string') expect(given.equals(body)).toBe(true);
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test('may be answered before it is sent', async () => {
    const early = 'HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge';
    const server = createServer((socket) => {
      // Nothing more is read; what the client still sends makes the connection end in a reset.
      socket.on('error', () => {}).once('data', () => socket.pause().end(early));
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const answer = await client.send(request({ body: new Uint8Array(50_000_000) }));
    expect([answer.status, await textOf(answer)]).toEqual([413, 'large']);
    server.close();
  });
});

describe('a connection', () => {
  test('serves one request after another', async () => {
    const client = new HttpClient(upstream.url, { quietMs });
    const before = upstream.connections;
    const replies = [
      json(200, { a: 1 }),
      pieces(['a', 'b']),
      raw('HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', { keep: true }),
      raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nT: 1\r\n\r\n', { keep: true }),
      raw('HTTP/1.1 204 No Content\r\n\r\n', { keep: true }),
    ];
    for (const reply of replies) {
      upstream.script(reply);
      await textOf(await client.send(request()));
      await Bun.sleep(QUIET_MS);
    }
    expect(upstream.connections - before).toBe(1);
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test.each([
    ['says Connection: close', {}, 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi'],
    ['is of HTTP/1.0', {}, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
    ['is switched off', { keepAlive: false }, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
    ['had a byte too many', {}, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!'],
  ])('that %s serves one alone, and is closed', async (_which, options, text) => {
    upstream.script(raw(text, { keep: true }));
    const client = new HttpClient(upstream.url, options);
    const before = upstream.connections;
    for (let n = 0; n < 2; n++) {
      expect(await textOf(await client.send(request()))).toBe('hi');
      await eventually(() => upstream.openSockets === 0);
    }
    expect(upstream.connections - before).toBe(2);
    expect(upstream.requests.at(-1)!.headers['connection']).toBe('keepAlive' in options ? 'close' : 'keep-alive');
  });

  test('rests for a moment, and meanwhile another is opened', async () => {
    upstream.script(json(200, 'ok'));
    const client = new HttpClient(upstream.url, { quietMs: 60_000 });
    const before = upstream.connections;
    for (let n = 0; n < 3; n++) await textOf(await client.send(request()));
    expect(upstream.connections - before).toBe(3);
    // But not without end: then the one that has rested longest is used again.
    for (let n = 0; n < 100; n++) await textOf(await client.send(request()));
    expect(upstream.connections - before).toBeLessThan(70);
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test('that is closed instead of answered on takes the other idle ones with it, so that the next is a new one', async () => {
    upstream.script(closeIdle(json(200, 'ok')));
    const client = new HttpClient(upstream.url, { quietMs });
    await Promise.all(Array.from({ length: 5 }, async () => await textOf(await client.send(request()))));
    await Bun.sleep(QUIET_MS);
    expect(upstream.openSockets).toBe(5);
    expect(await failureOf(client.send(request()))).toMatchObject({ code: 'ECONNRESET', began: false });
    expect(await textOf(await client.send(request()))).toBe('ok');
    await eventually(() => upstream.openSockets === 1);
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test('that the server closes while it is idle is not used again', async () => {
    const client = new HttpClient(upstream.url, { quietMs });
    const one = manual();
    upstream.script(one);
    const answer = client.send(request());
    await one.writeRaw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    expect(await textOf(await answer)).toBe('hi');
    await one.destroy();
    await eventually(() => upstream.openSockets === 0);
    await Bun.sleep(QUIET_MS);
    upstream.script(json(200, 'ok'));
    expect(await textOf(await client.send(request()))).toBe('ok');
    client.retire();
  });
});

describe('an answer', () => {
  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', 'begun'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '5\r\nbegun\r\n'],
    ['without either', 'HTTP/1.1 200 OK\r\n\r\n', 'begun'],
  ])('%s that is reset gives what came together with the reset, then the error', async (_how, head, body) => {
    upstream.script({
      async send(wire) {
        await wire.write(head + body);
        wire.cut({ reset: true });
      },
    });
    const answer = await new HttpClient(upstream.url).send(request());
    const first = await answer.body.read();
    expect(Buffer.from(first.value!).toString()).toBe('begun');
    expect(await failureOf(answer.body.read())).toMatchObject({ code: 'ECONNRESET', began: true });
    expect(await failureOf(answer.body.read())).toMatchObject({ code: 'ECONNRESET' });
  });

  test('whose reader waits makes the server wait', async () => {
    const bytes = 64 * 1024 * 1024;
    upstream.script({
      async send(wire) {
        await wire.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes}\r\n\r\n`);
        const piece = new Uint8Array(256 * 1024);
        for (let sent = 0; sent < bytes; sent += piece.byteLength) await wire.write(piece);
      },
    });
    const client = new HttpClient(upstream.url);
    const answer = await client.send(request());
    const { bytesSent } = upstream.requests.at(-1)!;
    let last = bytesSent;
    // Until the buffers of the system are full.
    await eventually(() => last === (last = upstream.requests.at(-1)!.bytesSent), { everyMs: 100 });
    expect(last).toBeLessThan(bytes / 2);
    let read = 0;
    for (let next = await answer.body.read(); !next.done; next = await answer.body.read())
      read += next.value.byteLength;
    expect(read).toBe(bytes);
    client.retire();
  });

  const piece = new Uint8Array(1000 * 1000).fill(0x61);
  test.each([
    ['with a length', 'Content-Length: 100000000', (): Uint8Array[] => [piece], ''],
    [
      'in chunks',
      'Transfer-Encoding: chunked',
      (): Uint8Array[] => [Buffer.from('f4240\r\n'), piece, Buffer.from('\r\n')],
      '0\r\n\r\n',
    ],
    ['until the end', 'X: y', (): Uint8Array[] => [piece], ''],
  ])('of 100 MB %s is read as it comes, and little of it is held', async (_how, field, parts, end) => {
    upstream.script({
      async send(wire) {
        await wire.write(`HTTP/1.1 200 OK\r\n${field}\r\n\r\n`);
        for (let n = 0; n < 100; n++) await wire.write(Buffer.concat(parts()));
        await wire.write(end);
        if (field === 'X: y') wire.end();
      },
    });
    const client = new HttpClient(upstream.url);
    const { body } = await client.send(request());
    let [bytes, others] = [0, 0];
    for (let next = await body.read(); !next.done; next = await body.read()) {
      bytes += next.value.byteLength;
      for (const place of [0, next.value.byteLength >> 1, next.value.byteLength - 1])
        if (next.value[place] !== 0x61) others++;
      expect(next.value.byteLength).toBeLessThanOrEqual(1024 * 1024);
    }
    expect([bytes, others]).toEqual([100_000_000, 0]);
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'in chunks',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a="b"\r\nhe\r\n03\r\nllo\r\n0\r\nX: y\r\n\r\n',
    ],
    ['until the end', 'HTTP/1.1 200 OK\r\n\r\nhello'],
  ])('%s that comes byte by byte is whole', async (_how, text) => {
    upstream.script({
      async send(wire) {
        for (const byte of text) {
          await wire.write(byte);
          // Else the system would send several in one packet.
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (!/^(?:Content|Transfer)-/m.test(text)) wire.end();
      },
    });
    const client = new HttpClient(upstream.url);
    expect(await textOf(await client.send(request()))).toBe('hello');
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test.each([
    ['never begins', stall()],
    ['has begun', raw('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun', { keep: true })],
  ])('that %s ends when it is cancelled, and its connection too', async (_how, reply) => {
    const cancellation = new Cancellation();
    const reason = new Error('enough');
    upstream.script({ send: (wire) => reply.send(wire).then(() => wire.until(new Promise<never>(() => {}))) });
    const client = new HttpClient(upstream.url);
    const answer = client.send(request({ cancellation }));
    const reading = answer.then(async ({ body }) => {
      await body.read();
      await body.read();
    });
    await eventually(() => upstream.inFlight === 1);
    await Bun.sleep(QUIET_MS);
    cancellation.cancel(reason);
    expect(await failureOf(reading)).toBe(reason);
    await eventually(() => upstream.openSockets === 0);
  });

  test('that nobody wants any more takes its connection with it', async () => {
    upstream.script(raw('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun', { keep: true }));
    const answer = await new HttpClient(upstream.url).send(request());
    answer.body.cancel();
    expect(await answer.body.read()).toEqual({ done: true });
    await eventually(() => upstream.openSockets === 0);
  });

  test('that is whole is taken at once, and leaves its connection', async () => {
    upstream.script(chatAnswer('hi'));
    const client = new HttpClient(upstream.url);
    const answer = await client.send(request());
    const whole = await eventually(() => answer.body.takeWhole());
    expect(JSON.parse(Buffer.from(whole).toString()).choices[0].message.content).toBe('hi');
    expect(await answer.body.read()).toEqual({ done: true });
    expect(upstream.openSockets).toBe(1);
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });

  test('of which half the head has come has begun', async () => {
    upstream.script(raw('HTTP/1.1 200 OK\r\nContent-Le'));
    const failure = await failureOf(new HttpClient(upstream.url).send(request()));
    expect(failure).toMatchObject({ code: 'ECONNRESET', began: true });
  });

  test('is not begun by a server that closes', async () => {
    upstream.script(closeBeforeAnswer());
    const failure = await failureOf(new HttpClient(upstream.url).send(request()));
    expect(failure).toMatchObject({ code: 'ECONNRESET', began: false });
  });
});

describe('a backend that cannot be reached is told with its address', () => {
  test.each([
    ['http://127.0.0.1:1', 'ECONNREFUSED', '127.0.0.1:1'],
    ['http://[::1]:1/v1', 'ECONNREFUSED', '[::1]:1'],
    ['http://nowhere.invalid/v1', 'ENOTFOUND', 'nowhere.invalid'],
  ])('%s', async (url, code, place) => {
    const failure = await failureOf(new HttpClient(url).send(request()));
    expect(failure).toMatchObject({ code, message: expect.stringContaining(place) });
  });
});

test('more requests are under way at once than fetch would send', async () => {
  const gate = hold(json(200, 'ok'));
  upstream.script(gate);
  const client = new HttpClient(upstream.url);
  const answers = Promise.all(Array.from({ length: 400 }, async () => await textOf(await client.send(request()))));
  await eventually(() => upstream.inFlight === 400);
  gate.release();
  expect(new Set(await answers)).toEqual(new Set(['ok']));
  client.retire();
  await eventually(() => upstream.openSockets === 0);
});

test('a request that is cancelled already is not sent', async () => {
  const before = upstream.connections;
  const reason = new Error('gone');
  const cancellation = new Cancellation();
  cancellation.cancel(reason);
  expect(await failureOf(new HttpClient(upstream.url).send(request({ cancellation })))).toBe(reason);
  expect(upstream.connections).toBe(before);
});

test('where many connections are being opened for nobody, another is not tried until some of them are done', async () => {
  upstream.script(json(200, { ok: true }));
  const client = new HttpClient(upstream.url);
  const aborted = Array.from({ length: 64 }, () => {
    const cancellation = new Cancellation();
    const sent = client.send(request({ cancellation }));
    cancellation.cancel(new Error('given up'));
    return failureOf(sent);
  });
  expect((await failureOf(client.send(request()))).code).toBe('ETIMEDOUT');
  for (const { message } of await Promise.all(aborted)) expect(message).toBe('given up');
  const answered = await eventually(() => client.send(request()).then(textOf, () => undefined));
  expect(answered).toBe('{"ok":true}');
});
