import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import * as zlib from 'node:zlib';
import type { BodyChunk, UpstreamBody } from '../../core/upstream-answer.ts';
import { DecodedBody } from './decoded-body.ts';
import type { Encoding } from './decoded-body.ts';

const ENCODERS: ReadonlyMap<string, readonly [Encoding, (bytes: Uint8Array) => Uint8Array]> = new Map([
  ['gzip', ['gzip', zlib.gzipSync]],
  ['x-gzip', ['x-gzip', zlib.gzipSync]],
  ['deflate', ['deflate', zlib.deflateSync]],
  ['deflate without its wrapper', ['deflate', zlib.deflateRawSync]],
  ['br', ['br', zlib.brotliCompressSync]],
  ['zstd', ['zstd', zlib.zstdCompressSync]],
]);

/** A body of these pieces, which then ends, or breaks. */
class Pieces implements UpstreamBody {
  taken = 0;
  cancelled = false;
  constructor(
    private readonly pieces: readonly Uint8Array[],
    private readonly error?: Error,
  ) {}

  read(): Promise<BodyChunk> {
    const piece = this.pieces[this.taken];
    if (piece !== undefined) {
      this.taken++;
      return Promise.resolve({ done: false, value: new Uint8Array(piece) });
    }
    return this.error === undefined ? Promise.resolve({ done: true }) : Promise.reject(this.error);
  }

  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

async function whole(body: UpstreamBody): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let next = await body.read(); !next.done; next = await body.read()) pieces.push(next.value);
  return Buffer.concat(pieces);
}

function cut(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const sorted = [0, ...offsets.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

describe.each([...ENCODERS])('%s', (_name, [encoding, encode]) => {
  test('comes in any pieces', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.concat([some, some, some]));
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 6 }), async (given, offsets) => {
        const body = new DecodedBody(new Pieces(cut(encode(given), offsets)), encoding);
        expect(await whole(body)).toEqual(given);
      }),
      { numRuns: 40 },
    );
  });

  test('gives what it has before more comes, and before the connection broke', async () => {
    const error = new Error('cut');
    const encoded = encode(Buffer.alloc(500_000, 'some text '));
    const body = new DecodedBody(new Pieces([encoded.subarray(0, encoded.length - 1)], error), encoding);
    let bytes = 0;
    const reading = (async () => {
      for (;;) {
        const { value } = await body.read();
        bytes += value?.byteLength ?? 0;
      }
    })();
    expect(await reading.catch((reason: unknown) => reason)).toBe(error);
    // Brotli gives nothing of a block that is not whole.
    if (encoding !== 'br') expect(bytes).toBeGreaterThan(100_000);
  });

  test('is read no faster than it is taken', async () => {
    const piece = encode(Buffer.alloc(4 * 1024 * 1024, 'a'));
    const source = new Pieces([piece, ...Array.from({ length: 100 }, () => piece)]);
    const body = new DecodedBody(source, encoding);
    expect((await body.read()).value!.byteLength).toBeLessThan(256 * 1024);
    await Bun.sleep(20);
    expect(source.taken).toBe(1);
    body.cancel();
    expect(source.cancelled).toBe(true);
    expect(await body.read()).toEqual({ done: true });
  });

  test('that is damaged is told, and the rest is not wanted', async () => {
    const source = new Pieces([Buffer.from('\x01\xff this is nothing of the kind \xff\xff\xff', 'latin1')]);
    const failure: unknown = await whole(new DecodedBody(source, encoding)).catch((reason: unknown) => reason);
    expect(failure).toMatchObject({ name: 'MalformedAnswer', code: 'content_encoding_broken' });
    expect(source.cancelled).toBe(true);
  });

  test('of nothing is nothing', async () => {
    expect(await whole(new DecodedBody(new Pieces([]), encoding))).toEqual(Buffer.alloc(0));
  });
});
