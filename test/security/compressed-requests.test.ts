import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const MIB = 1024 * 1024;
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Grüße '.repeat(1000) }] });

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      server: { max_body_mb: 4, max_buffered_mb: 64 },
      logging: { base_dir: './logs', separate_files: true },
      backends: [{ name: 'a', url: upstream.url }],
      models: { m: { routes: [{ backend: 'a', model: 'm' }] } },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

async function post(body: Uint8Array, encoding: string): Promise<RawAnswer> {
  const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
  return await send(`${gateway.url}/v1/chat/completions`, { body, headers });
}

async function errorOf(answer: RawAnswer): Promise<unknown[]> {
  const { code, message } = (await answer.json()).error;
  return [answer.status, code, message];
}

describe('a compressed request', () => {
  test.each([
    ['gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['br', brotliCompressSync(BODY)],
    ['zstd', zstdCompressSync(BODY)],
    ['identity', Buffer.from(BODY)],
    ['gzip, br', brotliCompressSync(gzipSync(BODY))],
  ])('in %s reaches the backend as it was before', async (encoding, body) => {
    expect((await post(body, encoding)).status).toBe(200);
    const seen = upstream.requests.at(-1);
    expect(seen?.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(seen?.text ?? '').messages).toEqual(JSON.parse(BODY).messages);
  });

  test.each([
    ['compress', gzipSync(BODY)],
    ['constructor', gzipSync(BODY)],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(BODY)))],
  ])('in %s is refused, and told what is allowed', async (encoding, body) => {
    const answer = await post(body, encoding);
    expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br, zstd');
    expect(await errorOf(answer)).toEqual([415, 'unsupported_encoding', expect.stringContaining('Send it as one of')]);
  });

  test.each([
    ['gzip', gzipSync(Buffer.alloc(16 * MIB, ' '))],
    ['br', brotliCompressSync(Buffer.alloc(16 * MIB, ' '))],
    ['zstd', zstdCompressSync(Buffer.alloc(16 * MIB, ' '))],
    ['gzip, br', brotliCompressSync(gzipSync(Buffer.alloc(16 * MIB, ' ')))],
  ])('in %s that swells is refused at the size that a body may have', async (encoding, bomb) => {
    expect(bomb.byteLength).toBeLessThan(MIB);
    expect(await errorOf(await post(bomb, encoding))).toEqual([
      413,
      'body_too_large',
      expect.stringContaining('max_body_mb'),
    ]);
  });

  test.each([
    ['is cut', gzipSync(BODY).subarray(0, -20)],
    ['is something else', Buffer.from(BODY)],
  ])('that %s is refused with a reason', async (_, body) => {
    expect(await errorOf(await post(body, 'gzip'))).toEqual([400, 'invalid_body', expect.stringContaining('gzip')]);
  });

  test('counts as long as it is when decoded', async () => {
    await post(gzipSync(BODY), 'gzip');
    const isLogged = () => gateway.logs().at(-1)?.bytes_in === Buffer.byteLength(BODY);
    expect(await eventually(isLogged)).toBe(true);
  });
});
