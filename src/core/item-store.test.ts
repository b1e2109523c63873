import { expect, test } from 'bun:test';
import { ItemStore } from './item-store.ts';

const LARGE = 'x'.repeat(10 * 1024 * 1024);

test('the latest items are kept, within a bound', () => {
  const items = new ItemStore();
  for (const id of ['a', 'b', 'c', 'd', 'e']) items.keep('ann', id, LARGE);
  const kept = (...ids: string[]): string[] => ids.filter((id) => items.find('ann', id) !== undefined);
  expect(kept('a', 'b', 'c', 'd', 'e')).toEqual(['c', 'd', 'e']);
  items.keep('ann', 'f', 'x'.repeat(40 * 1024 * 1024));
  expect(kept('c', 'd', 'e', 'f')).toEqual([]);
});

test('an item is its caller’s alone, stays what it is, and is not pushed out by another’s many', () => {
  const items = new ItemStore();
  items.keep('bob', 'a', LARGE);
  items.keep('bob', 'a', 'something else');
  for (let at = 0; at < 10; at++) items.keep('ann', `a${at}`, LARGE);
  expect([items.find('bob', 'a')?.length, items.find('ann', 'a'), items.find('bob', 'a9')]).toEqual([
    LARGE.length,
    undefined,
    undefined,
  ]);
});
