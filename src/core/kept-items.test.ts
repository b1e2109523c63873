import { expect, test } from 'bun:test';
import { KeptItems } from './kept-items.ts';

test('the latest items are kept, within a bound', () => {
  const items = new KeptItems();
  const large = 'x'.repeat(10 * 1024 * 1024);
  items.keep('a', large);
  items.keep('a', '{"a":2}');
  items.keep('b', large);
  items.keep('c', large);
  items.keep('d', large);
  expect(items.find('a')).toBe('{"a":2}');
  items.keep('e', large);
  expect(['a', 'b', 'c', 'd', 'e'].filter((id) => items.find(id) !== undefined)).toEqual(['c', 'd', 'e']);
  items.keep('f', 'x'.repeat(40 * 1024 * 1024));
  expect(['c', 'd', 'e', 'f'].filter((id) => items.find(id) !== undefined)).toEqual([]);
});
