// The framing of the journal: what is written is read, and no damage costs more than the record that it hits.
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { readRecords } from './read-records.ts';
import { RecordBatch } from './record-batch.ts';

const ALL = { most: Infinity, isLast: true };

const values = ['a', 'bé\n', { deep: ['ü', '\u{1f600}', null, 1.5] }, ''].map((value, index) => ({ id: index, value }));
const texts = values.map((value) => JSON.stringify(value));

function bytesOf(records: readonly object[]): Buffer {
  const batch = new RecordBatch();
  for (const record of records) batch.add(JSON.stringify(record));
  return Buffer.from(batch.bytes);
}

/** Where each record begins, and the end. */
const starts = values.map((_, index) => bytesOf(values.slice(0, index)).length);

describe('the records of a journal', () => {
  test('are the same when they are read', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())), (records) => {
        const { texts: read, damage, tornBytes } = readRecords(bytesOf(records), ALL);
        expect(read).toEqual(records.map((record) => JSON.stringify(record)));
        expect([damage.length, tornBytes]).toEqual([0, 0]);
      }),
    );
  });

  test('are the same in pieces of any length, which never end within one', () => {
    const bytes = bytesOf(values);
    for (let size = 1; size <= bytes.length; size++) {
      const read: string[] = [];
      for (let at = 0, length = size; at < bytes.length;) {
        const isLast = at + length >= bytes.length;
        const found = readRecords(bytes.subarray(at, at + length), { most: Infinity, isLast });
        expect([found.damage.length, found.tornBytes]).toEqual([0, 0]);
        read.push(...found.texts);
        at += found.end;
        length = found.end === 0 ? length + size : size;
      }
      expect(read).toEqual(texts);
    }
  });

  test('are read as many as asked for, and go on behind them', () => {
    const bytes = bytesOf(values);
    const { texts: first, end } = readRecords(bytes, { most: 1, isLast: true });
    expect([first, end]).toEqual([texts.slice(0, 1), starts[1] ?? 0]);
    expect(readRecords(bytes.subarray(end), ALL).texts).toEqual(texts.slice(1));
  });

  test('that are cut off at any byte leave those before them, and are torn', () => {
    const bytes = bytesOf(values);
    for (let length = 0; length < bytes.length; length++) {
      const found = readRecords(bytes.subarray(0, length), ALL);
      // A record without its newline is whole: its length and its checksum say so.
      const whole = starts.filter((_, index) => (starts[index + 1] ?? bytes.length) - 1 <= length).length;
      expect(found.texts).toEqual(texts.slice(0, whole));
      const rest = length - Math.min(length, starts[whole] ?? bytes.length);
      expect(found.tornBytes).toBe(rest);
      expect(found.damage).toEqual([]);
      expect(found.end).toBe(length);
    }
  });

  test('lose no other to a flipped bit, wherever it is, and it is found', () => {
    const bytes = bytesOf(values);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const at = bit >> 3;
      const flipped = Buffer.from(bytes);
      flipped[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
      const hit = starts.findLastIndex((start) => start <= at);
      const { texts: read, damage, tornBytes, end } = readRecords(flipped, ALL);
      const others = texts.filter((_, index) => index !== hit);
      expect(damage.length + tornBytes).toBeGreaterThan(0);
      expect(damage.length).toBeLessThan(2);
      // The one that is hit may be there still, but never with another text.
      expect([others, texts]).toContainEqual([...read]);
      expect(end).toBe(bytes.length);
    }
  });

  test('survive a damaged length or newline themselves', () => {
    const bytes = bytesOf(values);
    for (const at of [(starts[1] ?? 0) + 7, (starts[2] ?? 0) - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = 0;
      const found = readRecords(damaged, ALL);
      expect(found.texts).toEqual(texts);
      expect(found.damage.map(({ isMended }) => isMended)).toEqual([true]);
    }
  });

  test('are found again behind any garbage', () => {
    const noise = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(noise, fc.nat(values.length), (garbage, where) => {
        const parts = [
          bytesOf(values.slice(0, where)),
          Buffer.from(garbage),
          Buffer.from('\n'),
          bytesOf(values.slice(where)),
        ];
        const found = readRecords(Buffer.concat(parts), ALL);
        expect(found.texts).toEqual(texts);
        // A lone newline is damage as well.
        expect(found.damage.length).toBeGreaterThan(0);
      }),
    );
  });
});
