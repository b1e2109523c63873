import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { EventFrameReader } from './event-frames.ts';
import { frame } from '../../../../test/kit/event-frames.ts';

function read(bytes: Uint8Array, cuts: readonly number[] = []): { headers: object; text: string }[] {
  const reader = new EventFrameReader();
  const at = [...new Set([0, ...cuts, bytes.byteLength])].sort((a, b) => a - b);
  const frames = at.slice(1).flatMap((end, index) => reader.push(bytes.subarray(at[index], end)));
  reader.end();
  return frames.map(({ headers, payload }) => ({
    headers: Object.fromEntries(headers),
    text: new TextDecoder().decode(payload),
  }));
}

// The vectors of botocore and of aws-c-event-stream.
describe('published messages', () => {
  test('an empty one', () => {
    const bytes = Buffer.from('000000100000000005c248eb7d98c8ff', 'hex');
    expect(read(bytes)).toEqual([{ headers: {}, text: '' }]);
    expect(Buffer.from(frame({}, '')).toString('hex')).toBe(bytes.toString('hex'));
  });

  test('one with a payload and no headers', () => {
    const bytes = Buffer.from('0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936', 'hex');
    expect(read(bytes)).toEqual([{ headers: {}, text: "{'foo':'bar'}" }]);
  });
});

test('headers of all types are passed over, texts are kept', () => {
  const raw = Buffer.concat([
    Buffer.from([1, 0x61, 0, 1, 0x62, 1, 1, 0x63, 2, 9, 1, 0x64, 3, 0, 9, 1, 0x65, 4, 0, 0, 0, 9]),
    Buffer.from([1, 0x66, 5, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0x67, 6, 0, 2, 1, 2]),
    Buffer.from([1, 0x68, 8, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0x69, 9, ...new Uint8Array(16)]),
    Buffer.from([1, 0x6a, 7, 0, 2, 0x68, 0x69]),
  ]);
  expect(read(frame(raw, 'x'))).toEqual([{ headers: { j: 'hi' }, text: 'x' }]);
});

test('frames come whole whatever the pieces', () => {
  const texts = ['', 'ä', '{"a":1}', 'x'.repeat(300)];
  const bytes = Buffer.concat(texts.map((text) => frame({ ':event-type': 'chunk' }, text)));
  const whole = texts.map((text) => ({ headers: { ':event-type': 'chunk' }, text }));
  for (let cut = 1; cut < bytes.byteLength; cut++) expect(read(bytes, [cut])).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.byteLength), { maxLength: 60 }), (cuts) => {
      expect(read(bytes, cuts)).toEqual(whole);
    }),
  );
});

test('any damaged byte is found', () => {
  const good = frame({ ':event-type': 'chunk' }, '{"bytes":"e30="}');
  for (let at = 0; at < good.byteLength; at++) {
    const bad = Uint8Array.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    expect(() => read(bad)).toThrow('event stream');
  }
});

test('a stream that ends within a frame is broken; one that never began is not', () => {
  const good = frame({}, 'x');
  for (let end = 1; end < good.byteLength; end++) expect(() => read(good.subarray(0, end))).toThrow('ended within');
  expect(read(new Uint8Array())).toEqual([]);
});

test('a length that nobody would send is not waited for', () => {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(0xffff_ffff, 0);
  expect(() => read(bytes)).toThrow('damaged');
});
