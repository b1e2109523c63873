import { expect, test } from 'bun:test';
import { Cancellation } from './cancellation.ts';

const REASON = new Error('enough');

function listenerOf(told: Error[]) {
  return { onCancelled: (reason: Error) => void told.push(reason) };
}

test('whoever listens is told once, and of the first reason', () => {
  const told: Error[] = [];
  const cancellation = new Cancellation();
  cancellation.listen(listenerOf(told));
  expect(cancellation.reason).toBeUndefined();
  cancellation.cancel(REASON);
  cancellation.cancel(new Error('too late'));
  expect(told).toEqual([REASON]);
  expect(cancellation.reason).toBe(REASON);
});

test('who does not listen any more is not told', () => {
  const [first, second]: [Error[], Error[]] = [[], []];
  const [one, other] = [listenerOf(first), listenerOf(second)];
  const cancellation = new Cancellation();
  cancellation.listen(one);
  cancellation.listen(other);
  cancellation.unlisten(one);
  cancellation.cancel(REASON);
  expect([first, second]).toEqual([[], [REASON]]);
  const unheard = new Cancellation();
  unheard.listen(one);
  unheard.unlisten(one);
  unheard.cancel(REASON);
  expect(first).toEqual([]);
});

test('its signal says the same, whenever it is asked for', () => {
  const before = new Cancellation();
  const { signal } = before;
  expect(signal.aborted).toBe(false);
  before.cancel(REASON);
  expect(signal.reason).toBe(REASON);
  const after = new Cancellation();
  after.cancel(REASON);
  expect(after.signal.aborted).toBe(true);
  expect(after.signal.reason).toBe(REASON);
  expect(after.signal).toBe(after.signal);
});

test('it can follow a signal, one that has come already as well', () => {
  const controller = new AbortController();
  const told: Error[] = [];
  const following = Cancellation.by(controller.signal);
  following.listen(listenerOf(told));
  controller.abort(REASON);
  expect(told).toEqual([REASON]);
  expect(Cancellation.by(controller.signal).reason).toBe(REASON);
});
