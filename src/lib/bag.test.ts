import { expect, test } from 'bun:test';

import { Bag } from './bag.ts';

const item = (name: string) => ({ name, slot: -1 });

test('holds what was added and not taken out, whatever the order', () => {
  const bag = new Bag<ReturnType<typeof item>>();
  const [a, b, c] = [item('a'), item('b'), item('c')];
  for (const each of [a, b, c]) bag.add(each);
  bag.delete(a);
  bag.delete(a);
  expect(bag.size).toBe(2);
  expect(new Set(bag.all())).toEqual(new Set([b, c]));
  bag.delete(c);
  expect(bag.all()).toEqual([b]);
  bag.add(a);
  bag.delete(b);
  expect(bag.all()).toEqual([a]);
});

test('what is not in it cannot be taken out', () => {
  const bag = new Bag<ReturnType<typeof item>>();
  bag.add(item('a'));
  bag.delete(item('b'));
  bag.delete({ name: 'c', slot: 0 });
  expect(bag.size).toBe(1);
});

test('can be emptied while one goes through it', () => {
  const bag = new Bag<ReturnType<typeof item>>();
  for (const name of ['a', 'b', 'c']) bag.add(item(name));
  for (const each of bag.all()) bag.delete(each);
  expect(bag.size).toBe(0);
});
