import { expect, test } from 'bun:test';
import { OpenQueue, OpenQueues } from './open-queue.ts';

test('the first that is open is found, in the order in which they were added', () => {
  const queue = new OpenQueue<string>();
  const open = new Set<string>();
  const add = (item: string): void => {
    queue.add(item);
    open.add(item);
  };
  const first = (): string | undefined => queue.first((item) => open.has(item));
  expect(first()).toBeUndefined();
  for (const item of ['a', 'b', 'c']) add(item);
  open.delete('b');
  expect(first()).toBe('a');
  expect(first()).toBe('a');
  open.delete('a');
  expect(first()).toBe('c');
  open.delete('c');
  expect(first()).toBeUndefined();
  add('d');
  expect(first()).toBe('d');
});

test('what is not open any more is looked at once', () => {
  const queue = new OpenQueue<number>();
  for (let item = 0; item < 1000; item++) queue.add(item);
  let looks = 0;
  for (let least = 0; least < 1000; least++) {
    const found = queue.first((item) => {
      looks++;
      return item >= least;
    });
    expect(found).toBe(least);
  }
  expect(looks).toBeLessThan(3000);
});

test('queues are apart', () => {
  const queues = new OpenQueues<string, number>();
  queues.add('a', 1);
  queues.add('b', 2);
  queues.add('a', 3);
  expect(queues.first('a', (item) => item > 1)).toBe(3);
  expect(queues.first('b', () => true)).toBe(2);
  expect(queues.first('c', () => true)).toBeUndefined();
});
