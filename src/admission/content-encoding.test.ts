import { expect, test } from 'bun:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { decoded } from './content-encoding.ts';

const MIB = 1024 * 1024;
const NOISE = Buffer.from(crypto.getRandomValues(new Uint8Array(100_000))).toString('base64');

async function bytesOf(body: Uint8Array<ArrayBuffer>, encoding: 'br' | 'gzip'): Promise<number> {
  let bytes = 0;
  for await (const piece of decoded(new Blob([body]).stream(), [encoding])) bytes += piece.byteLength;
  return bytes;
}

test('other work gets its turn while a body is decoded', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const bytes = await bytesOf(new Uint8Array(brotliCompressSync(NOISE.repeat(200))), 'br');
  clearInterval(timer);
  expect(bytes).toBeGreaterThan(20 * MIB);
  expect(turns).toBeGreaterThan(10);
});

test('a body that swells as no conversation does is given up early', async () => {
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * MIB, ' ')));
  let bytes = 0;
  const reading = (async () => {
    const inner = new Uint8Array(brotliCompressSync(bomb));
    for await (const piece of decoded(new Blob([inner]).stream(), ['br', 'gzip'])) bytes += piece.byteLength;
  })();
  await expect(reading).rejects.toThrow('swells');
  expect(bytes).toBeLessThan(5 * MIB);
});
