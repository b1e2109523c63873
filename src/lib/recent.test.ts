import { expect, test } from 'bun:test';
import { Recent } from './recent.ts';

test('of more keys than it may have, those that were asked for longest ago are forgotten', () => {
  const recent = new Recent<number>(3);
  for (const [at, key] of ['a', 'b', 'c'].entries()) expect(recent.add(key, at)).toBe(at);
  expect(recent.get('a')).toBe(0);
  expect(recent.peek('b')).toBe(1);
  recent.add('d', 3);
  expect(recent.size).toBe(3);
  expect(['a', 'b', 'c', 'd'].map((key) => recent.peek(key))).toEqual([0, undefined, 2, 3]);
});

test('the newest is found again, after the rest was forgotten too', () => {
  const recent = new Recent<number>(2);
  recent.add('a', 0);
  expect(recent.get('a')).toBe(0);
  recent.clear();
  expect([recent.get('a'), recent.size]).toEqual([undefined, 0]);
  recent.add('b', 1);
  recent.add('a', 2);
  expect(recent.get('b')).toBe(1);
  recent.add('c', 3);
  expect([...recent.values()]).toEqual([1, 3]);
});
