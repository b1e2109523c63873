import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { open, requestBytes, send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import {
  chatAnswer,
  chatEvents,
  manual,
  pieces,
  slowHeaders,
  sse,
  sseText,
  stall,
  stallAfter,
  type Reply,
} from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let upstream: Upstream;
let other: Upstream;
let gateway: Gateway;
let mute: Server;
const muteSockets = new Set<Socket>();
let nextModel = 0;

/** A limit that is to be gone over. */
const SHORT = '300ms';
/** Longer than that. */
const SLOW_MS = 1_000;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  other = await startUpstream(chatAnswer('other'));
  // Takes connections and never answers a handshake.
  mute = createServer((socket) => {
    muteSockets.add(
      socket
        .on('error', () => {})
        .on('close', () => muteSockets.delete(socket))
        .resume(),
    );
  });
  await new Promise<void>((done) => void mute.listen(0, '127.0.0.1', done));
  const via = (backend: string, timeout: object = {}) => ({ routes: [{ backend, model: '*' }], timeout });
  gateway = await startGateway({
    config: {
      timeout: { first_byte_timeout: SHORT },
      backends: [
        { name: 'short', url: upstream.url },
        { name: 'patient', url: upstream.url, timeout: { first_byte_timeout: 0 } },
        { name: 'other', url: other.url, timeout: { first_byte_timeout: 0 } },
        { name: 'mute', url: `https://127.0.0.1:${(mute.address() as AddressInfo).port}/v1` },
      ],
      models: {
        'global/*': via('short'),
        'backend/*': via('patient'),
        'alias/*': via('patient', { first_byte_timeout: SHORT }),
        'off/*': via('short', { first_byte_timeout: 0 }),
        'read/*': via('patient', { read_timeout: SHORT }),
        'pinged/*': via('patient', { read_timeout: '2s' }),
        'total/*': via('patient', { total_timeout: SHORT }),
        'connect/*': via('mute', { connect_timeout: SHORT, first_byte_timeout: 0 }),
        'connected/*': via('patient', { connect_timeout: '200ms' }),
        'write/*': via('patient', { write_timeout: SHORT }),
        'pair/*': {
          routes: [
            { backend: 'short', model: '*', priority: 1 },
            { backend: 'other', model: '*', priority: 2 },
          ],
        },
        'connect-pair/*': {
          routes: [
            { backend: 'mute', model: '*', priority: 1 },
            { backend: 'other', model: '*', priority: 2 },
          ],
          timeout: { connect_timeout: SHORT, first_byte_timeout: 0 },
        },
      },
      fallback: { max_retries: 3, backoff_initial: '1ms', backoff_max: '1ms' },
    },
  });
});

beforeEach(() => other.script(chatAnswer('other')));

afterAll(async () => {
  await settled(upstream, other);
  await gateway.stop();
  for (const socket of muteSockets) socket.destroy();
  mute.close();
  await Promise.all([upstream.stop(), other.stop()]);
});

async function ask(prefix: string, reply: Reply, more: object = {}) {
  upstream.script(reply);
  const model = `${prefix}/m${nextModel++}`;
  const before = upstream.requests.length;
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text, ending } = await answer.whole();
  return { status: answer.status, text, ending, model, tries: upstream.requests.length - before };
}

function logged(model: string): Promise<Json> {
  return eventually(() => gateway.logs().find((line) => line.alias === model));
}

const codeIn = (text: string): unknown => JSON.parse(text).error.code;
const STREAM = { stream: true };
const BEGUN = chatEvents(['a'], { finish: null });

/** The head of a plain answer and half its body, then nothing. */
function halfPlain(body = '{"id":"c","choices":[', length = 10_000): Reply {
  return {
    async send(wire) {
      await wire.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
      await wire.until(new Promise<never>(() => {}));
    },
  };
}

describe('first_byte_timeout', () => {
  test.each([
    ['of a plain answer', stall(), {}],
    ['of a stream without headers', stall(), STREAM],
    ['of a stream without content', stallAfter(BEGUN.slice(0, 1)), STREAM],
  ])('%s', async (_, reply, more) => {
    const { status, text, model, tries } = await ask('global', reply, more);
    expect([status, codeIn(text), tries]).toEqual([504, 'first_byte_timeout', 1]);
    expect(await logged(model)).toMatchObject({ status: 504, error_code: 'first_byte_timeout' });
    await settled(upstream);
  });

  test('goes to the next route', async () => {
    const { status, text, model } = await ask('pair', stall());
    expect([status, JSON.parse(text).choices[0].message.content]).toEqual([200, 'other']);
    expect((await logged(model)).tries).toMatchObject([{ failure: 'first_byte_timeout' }, { status: 200 }]);
  });

  test('does not count what comes after it', async () => {
    const reply = manual();
    const asked = ask('global', reply, STREAM);
    await reply.head();
    for (const event of BEGUN) await reply.event(event);
    await Bun.sleep(SLOW_MS);
    await reply.write(sseText(chatEvents(['a']).slice(2)));
    await reply.end();
    expect(parseSse((await asked).text).done).toBe(true);
  });
});

describe('read_timeout', () => {
  test('of a plain answer', async () => {
    const { status, text, model } = await ask('read', halfPlain());
    expect([status, codeIn(text)]).toEqual([504, 'read_timeout']);
    expect((await logged(model)).error_code).toBe('read_timeout');
    await settled(upstream);
  });

  test('of a long plain answer breaks its transfer', async () => {
    const { status, ending, model } = await ask('read', halfPlain('x'.repeat(2_000_000), 3_000_000));
    expect([status, ending]).toEqual([200, 'broken']);
    expect(await logged(model)).toMatchObject({ interrupted: true, error_code: 'read_timeout' });
    await settled(upstream);
  });

  test('of a stream', async () => {
    const { text, ending, model } = await ask('read', stallAfter(BEGUN), STREAM);
    const seen = parseSse(text);
    expect([ending, seen.done, seen.json.at(-1).error.code]).toEqual(['complete', false, 'read_timeout']);
    expect(await logged(model)).toMatchObject({ interrupted: true, error_code: 'read_timeout' });
  });

  test('a ping is no silence', async () => {
    const pings = Array.from({ length: 25 }, () => ': ping\n\n');
    const [begun, rest] = [sseText(BEGUN, { done: false }), sseText(chatEvents(['b']).slice(2))];
    const { text } = await ask('pinged', pieces([begun, ...pings, rest], { gapMs: 100 }), STREAM);
    expect([parseSse(text).done, parseSse(text).comments.length]).toEqual([true, 25]);
  });
});

describe('total_timeout', () => {
  test.each([
    ['of a plain answer', stall(), {}],
    ['of a stream', stallAfter(BEGUN.slice(0, 1)), STREAM],
    ['within a plain answer', halfPlain(), {}],
  ])('%s', async (_, reply, more) => {
    const { status, text, model, tries } = await ask('total', reply, more);
    expect([status, codeIn(text), tries]).toEqual([504, 'total_timeout', 1]);
    expect((await logged(model)).error_code).toBe('total_timeout');
    await settled(upstream);
  });

  test('of a stream that goes on and on', async () => {
    function* endless() {
      for (;;) yield BEGUN[1]!;
    }
    const { text, model } = await ask('total', sse(endless(), { gapMs: 20 }), STREAM);
    const seen = parseSse(text);
    expect([seen.done, seen.json.at(-1).error.code]).toEqual([false, 'total_timeout']);
    expect(await logged(model)).toMatchObject({ interrupted: true, error_code: 'total_timeout' });
    await settled(upstream);
  });

  test('blames nobody', async () => {
    const { model } = await ask('total', stall());
    upstream.script(chatAnswer('again'));
    const again = await send(`${gateway.url}/v1/chat/completions`, { body: { model, messages: [] } });
    expect(again.status).toBe(200);
    await again.whole();
  });
});

describe('connect_timeout', () => {
  test('a handshake that is not answered', async () => {
    const { status, text, model } = await ask('connect', chatAnswer('never'));
    expect([status, codeIn(text)]).toEqual([504, 'connect_timeout']);
    expect((await logged(model)).error_code).toBe('connect_timeout');
    await eventually(() => muteSockets.size === 0);
  });

  test('goes to the next route', async () => {
    const { status, text } = await ask('connect-pair', chatAnswer('never'));
    expect([status, JSON.parse(text).choices[0].message.content]).toEqual([200, 'other']);
  });

  test('does not hit an answer that is slow', async () => {
    const { status, model } = await ask('connected', slowHeaders(SLOW_MS));
    expect([status, (await logged(model)).attempts]).toEqual([200, 1]);
  });
});

describe('write_timeout', () => {
  test('a client that takes nothing is given up', async () => {
    const word = { id: 'c', choices: [{ index: 0, delta: { content: 'x'.repeat(64 * 1024) }, finish_reason: null }] };
    function* endless() {
      for (;;) yield word;
    }
    upstream.script(sse(endless()));
    const body = { model: 'write/paused', stream: true, messages: [] };
    const connection = await open(gateway.url);
    await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body }));
    const answer = await connection.answer();
    connection.pause();
    expect(await logged('write/paused')).toMatchObject({ error_code: 'write_timeout', interrupted: true });
    await settled(upstream);
    connection.resume();
    expect(await answer.ending).toBe('broken');
    expect(answer.text).not.toContain('[DONE]');
  }, 30_000);

  test('a backend that is slow does not count as the client', async () => {
    const reply = manual();
    upstream.script(reply);
    const body = { model: 'write/slow', stream: true, messages: [] };
    const asked = send(`${gateway.url}/v1/chat/completions`, { body });
    await reply.head();
    for (const event of BEGUN) await reply.event(event);
    await Bun.sleep(SLOW_MS);
    await reply.write(sseText(chatEvents(['a']).slice(2)));
    await reply.end();
    expect(parseSse((await (await asked).whole()).text).done).toBe(true);
  });
});

// A network on which the kernel does not take a whole answer off the gateway's hands, as loopback does. Linux only.
const NARROW = 'ip link set lo up && echo "4096 16384 65536" > /proc/sys/net/ipv4/tcp_wmem';
const canNarrow = Bun.spawnSync(['unshare', '-rn', 'sh', '-c', NARROW]).success;

describe.if(canNarrow)('write_timeout of a plain answer that is whole in memory', () => {
  test('a client that takes nothing is given up', async () => {
    const script = `${NARROW} && exec "$0" "$1"`;
    const fixture = `${import.meta.dir}/../fixtures/takes-nothing.ts`;
    const { stdout, stderr } = Bun.spawnSync(['unshare', '-rn', 'sh', '-c', script, process.execPath, fixture]);
    expect(stderr.toString()).toBe('');
    const { line, ending, bytes } = JSON.parse(stdout.toString());
    expect(line).toMatchObject({ status: 200, error_code: 'write_timeout', interrupted: true });
    expect(ending).toBe('broken');
    expect(bytes).toBeLessThan(1_000_000);
  });
});

describe('which one counts', () => {
  test('the backend’s before the global one; 0 is off', async () => {
    expect((await ask('backend', slowHeaders(SLOW_MS))).status).toBe(200);
  });

  test('the alias’s before the backend’s', async () => {
    const { status, text } = await ask('alias', stall());
    expect([status, codeIn(text)]).toEqual([504, 'first_byte_timeout']);
  });

  test('the alias’s before the global one; 0 is off', async () => {
    expect((await ask('off', slowHeaders(SLOW_MS))).status).toBe(200);
  });
});
