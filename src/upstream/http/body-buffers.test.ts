import { expect, test } from 'bun:test';
import { encoded, giveBack } from './body-buffers.ts';

const LONG = 'abc'.repeat(120_000);

test.each([
  ['a short text', ['{"model":', '"m"', '}']],
  ['nothing', []],
  ['a long text', [LONG]],
  ['a long text in parts', ['{"model":', '"m"', LONG, '', LONG]],
  ['a long text that is not ASCII', [LONG, 'é€🙂'.repeat(90_000)]],
  ['a long text with a few characters that are not ASCII', [LONG, '"é€🙂"', LONG]],
  ['half a character', [`${LONG}\ud83d`, LONG]],
])('%s is encoded, over and over', (_what, parts) => {
  const whole = new TextEncoder().encode(parts.join(''));
  for (let time = 0; time < 3; time++) {
    const bytes = encoded(parts);
    expect(Buffer.compare(bytes, whole)).toBe(0);
    giveBack(bytes);
  }
});

test('what was not given back nobody else writes to', () => {
  const first = encoded([LONG]);
  giveBack(encoded([LONG]));
  const second = encoded(['x', LONG]);
  const third = encoded(['y', LONG]);
  expect(Buffer.from(first).toString()).toBe(LONG);
  expect(Buffer.from(second).toString()).toBe(`x${LONG}`);
  expect(Buffer.from(third).toString()).toBe(`y${LONG}`);
  for (const bytes of [first, second, third]) giveBack(bytes);
});

test('texts of any lengths after each other are encoded', () => {
  for (const times of [1, 9, 3, 30, 2, 12, 1, 5, 40, 1]) {
    const text = LONG.repeat(times);
    const bytes = encoded([text]);
    expect(bytes.byteLength).toBe(text.length);
    giveBack(bytes);
  }
});
