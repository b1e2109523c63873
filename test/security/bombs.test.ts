// A few compressed bytes may stand for gigabytes: what an answer is decoded to counts, not what came over the wire.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync, writeFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatEvents, json, sseText } from '../kit/replies.ts';
import type { Reply, ReplyHeaders } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let upstream: Upstream;
let gateway: Gateway;

const MODELS = ['chat', 'claude', 'responses', 'gemini', 'bedrock', 'vertex'];

beforeAll(async () => {
  upstream = await startUpstream(json(200, {}));
  const { url, port } = upstream;
  const root = `http://127.0.0.1:${port}`;
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'chat', url },
        { name: 'claude', url, protocol: 'anthropic' },
        { name: 'responses', url, protocol: 'openai-responses' },
        { name: 'gemini', url, protocol: 'gemini' },
        {
          name: 'bedrock',
          url: root,
          vendor: 'bedrock',
          protocol: 'anthropic',
          region: 'r',
          api_key: 'a-key-of-bedrock',
        },
        {
          name: 'vertex',
          url: root,
          vendor: 'vertex',
          protocol: 'anthropic',
          project: 'p',
          location: 'l',
          api_key: 'tk',
        },
      ],
      models: Object.fromEntries(MODELS.map((name) => [name, { routes: [{ backend: name, model: 'm' }] }])),
      fallback: { cooldown_seconds: 0, max_retries: 0 },
      timeout: { write_timeout: '20s' },
    },
  });
});

afterEach(() => settled(upstream));

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const ENCODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: zlib.zstdCompressSync,
};

const MIB = 1024 * 1024;
const BOMB_BYTES = 256 * MIB;
const bombs = new Map<string, Uint8Array>();

/** Few bytes that stand for very many. */
function bomb(encoding: string): Uint8Array {
  let made = bombs.get(encoding);
  if (made === undefined) {
    made = ENCODERS[encoding]!(Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(BOMB_BYTES, 97)]));
    bombs.set(encoding, made);
  }
  return made;
}

function encoded(encoding: string, bytes: Uint8Array, headers: ReplyHeaders = {}, code = 200): Reply {
  return {
    async send(wire) {
      const fields = { 'content-type': 'application/json', ...headers, 'content-encoding': encoding };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      await wire.write(`HTTP/1.1 ${code} X\r\n${lines.join('')}content-length: ${bytes.byteLength}\r\n\r\n`);
      await wire.write(bytes);
    },
  };
}

async function ask(model: string, more: object = {}) {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  return await send(`${gateway.url}/v1/chat/completions`, { body });
}

/** What the gateway has in memory, from where its peak is measured anew. */
function memoryBytes(): number {
  writeFileSync(`/proc/${gateway.pid}/clear_refs`, '5');
  return statusBytes('VmRSS');
}

/** The most memory that it has had since. */
function peakBytes(): number {
  return statusBytes('VmHWM');
}

function statusBytes(name: string): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

/** What the work may cost beside the bomb itself, of which no more than a piece is ever in memory. */
const ROOM_BYTES = 200 * MIB;

const good = { object: 'chat.completion', choices: [{ message: { content: 'fine' }, finish_reason: 'stop' }] };

describe.each(Object.keys(ENCODERS))('%s', (encoding) => {
  const encode = ENCODERS[encoding]!;

  test('is decoded, plain and streamed', async () => {
    upstream.script(encoded(encoding, encode(Buffer.from(JSON.stringify(good)))));
    expect((await (await ask('chat')).json()).choices[0].message.content).toBe('fine');
    const events = sseText(chatEvents(['a', 'b', 'c']));
    upstream.script(encoded(encoding, encode(Buffer.from(events)), { 'content-type': 'text/event-stream' }));
    const streamed = await (await ask('chat', { stream: true })).whole();
    expect(streamed).toEqual({ text: events, ending: 'complete' });
  });

  test('that is damaged is a broken answer', async () => {
    const bytes = Buffer.from(encode(Buffer.from(JSON.stringify(good))));
    bytes.fill(0xff, 4, 12);
    upstream.script(encoded(encoding, bytes));
    const answer = await ask('chat');
    expect([answer.status, (await answer.json()).error.code]).toEqual([502, 'upstream_broken_answer']);
  });

  test.skipIf(process.platform !== 'linux')(
    'of a bomb goes to a client that takes nothing, a piece at a time',
    async () => {
      // Short answers that come whole earn a backend no trust.
      upstream.script(json(200, good));
      for (let n = 0; n < 6; n++) await (await ask('chat')).json();
      const before = memoryBytes();
      upstream.script(encoded(encoding, bomb(encoding)));
      const answers = await Promise.all(Array.from({ length: 4 }, () => ask('chat')));
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        await answer.next();
        answer.leave();
      }
      expect(peakBytes() - before).toBeLessThan(ROOM_BYTES);
    },
  );

  test.skipIf(process.platform !== 'linux').each(MODELS.filter((name) => name !== 'chat'))(
    'of a bomb is given up where it had to be translated: %s',
    async (model) => {
      const before = memoryBytes();
      upstream.script(encoded(encoding, bomb(encoding)));
      const answer = await ask(model);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text.length).toBeLessThan(10_000);
      await answer.whole();
      expect(peakBytes() - before).toBeLessThan(3 * 64 * MIB + ROOM_BYTES);
    },
  );

  test.skipIf(process.platform !== 'linux').each(MODELS)(
    'of a bomb in an error of %s is read in part',
    async (model) => {
      const before = memoryBytes();
      upstream.script(encoded(encoding, bomb(encoding), {}, 500));
      const answer = await ask(model);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect((await answer.whole()).text.length).toBeLessThan(2 * MIB);
      expect(peakBytes() - before).toBeLessThan(ROOM_BYTES);
    },
  );
});

test.each(['compress', 'gzip, br', 'aes128gcm'])(
  'the encoding %s, which nobody asked for, is a broken answer',
  async (name) => {
    upstream.script(encoded(name, Buffer.from(JSON.stringify(good))));
    const answer = await ask('chat');
    const { error } = await answer.json();
    expect([answer.status, error.code]).toEqual([502, 'upstream_broken_answer']);
    const traceId = answer.headers['x-trace-id'];
    const line = await eventually(() => gateway.logs().find((one) => one.trace_id === traceId));
    expect(line.tries[0].detail).toBe('content_encoding_unknown');
  },
);

test('the encoding identity is none', async () => {
  upstream.script(encoded('identity', Buffer.from(JSON.stringify(good))));
  expect((await (await ask('chat')).json()).choices[0].message.content).toBe('fine');
});
