import { expect, test } from 'bun:test';

import { countLines, LineBatch, wholeLines } from './line-batch.ts';

test('holds lines as the bytes of the file, of whatever length and script', () => {
  const batch = new LineBatch().begin('2026-01-01');
  const lines = ['one', '', 'zwölf', '日本語 🙂', 'x'.repeat(100_000), 'lone \ud800'];
  for (const line of lines) batch.add(line);
  expect(batch.bytes.equals(Buffer.from(`${lines.join('\n')}\n`))).toBe(true);
  expect(batch.byteLength).toBe(batch.bytes.length);
  expect(countLines(batch.bytes)).toBe(lines.length);
});

test('begun anew, it holds the lines of that day alone, in the memory that it has', () => {
  const batch = new LineBatch().begin('2026-01-01');
  batch.add('x'.repeat(10_000));
  const { capacity } = batch;
  batch.begin('2026-01-02').add('y');
  expect([batch.day, batch.bytes.toString(), batch.capacity]).toEqual(['2026-01-02', 'y\n', capacity]);
});

test.each([
  [0, 0],
  [-1, 0],
  [2, 0],
  [3, 3],
  [5, 3],
  [6, 6],
  [100, 6],
])('of two lines of three bytes, %p bytes have room for %p', (most, whole) => {
  expect(wholeLines(Buffer.from('ab\ncd\n'), most)).toBe(whole);
});
