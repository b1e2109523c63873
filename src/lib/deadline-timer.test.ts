import { describe, expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { DeadlineTimer } from './deadline-timer.ts';

/** A timer and the times at which it fired. */
function timer() {
  const clock = new FakeClock(0);
  const fired: number[] = [];
  return { clock, fired, timer: new DeadlineTimer(clock, { onDeadline: () => fired.push(clock.now()) }) };
}

describe('DeadlineTimer', () => {
  test('fires once, at its time', () => {
    const { clock, fired, timer: it } = timer();
    it.setAt(100);
    clock.advance(99);
    expect(fired).toEqual([]);
    clock.advance(1000);
    expect(fired).toEqual([100]);
    expect(clock.pending).toBe(0);
  });

  test('is postponed without a new timer for each postponement', () => {
    const { clock, fired, timer: it } = timer();
    for (let step = 0; step < 1000; step++) {
      it.setAt(clock.now() + 100);
      clock.advance(1);
    }
    expect(clock.timersSet).toBeLessThanOrEqual(12);
    clock.advance(1000);
    expect(fired).toEqual([1099]);
  });

  test('is brought forward', () => {
    const { clock, fired, timer: it } = timer();
    it.setAt(100);
    it.setAt(10);
    expect(clock.pending).toBe(1);
    clock.advance(1000);
    expect(fired).toEqual([10]);
  });

  test('goes back and forth: the time set last counts', () => {
    const { clock, fired, timer: it } = timer();
    it.setAt(100);
    it.setAt(10);
    it.setAt(50);
    clock.advance(1000);
    expect(fired).toEqual([50]);
  });

  test('fires at once for a time that is over', () => {
    const { clock, fired, timer: it } = timer();
    clock.advance(10);
    it.setAt(5);
    clock.advance(0);
    expect(fired).toEqual([10]);
  });

  test.each([Infinity, 'clear'] as const)('does not fire after %p', (how) => {
    const { clock, fired, timer: it } = timer();
    it.setAt(100);
    if (how === 'clear') it.clear();
    else it.setAt(how);
    clock.advance(1000);
    expect(fired).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('can be set again: after it fired, from within its firing, and after clear', () => {
    const clock = new FakeClock(0);
    const fired: number[] = [];
    const it: DeadlineTimer = new DeadlineTimer(clock, {
      onDeadline: () => {
        fired.push(clock.now());
        if (fired.length === 1) it.setAt(20);
      },
    });
    it.setAt(10);
    clock.advance(30);
    it.setAt(40);
    clock.advance(30);
    it.clear();
    it.setAt(70);
    clock.advance(30);
    expect(fired).toEqual([10, 20, 40, 70]);
  });

  test('that is far off fires at its very time', () => {
    const { clock, fired, timer: it } = timer();
    it.setAt(600_000.5);
    clock.advance(600_000);
    expect(fired).toEqual([]);
    clock.advance(1000);
    expect(fired).toEqual([600_000.5]);
    clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  test('that is far off is brought forward, and put off again', () => {
    const { clock, fired, timer: it } = timer();
    it.setAt(600_000);
    clock.advance(300);
    it.setAt(500);
    it.setAt(1500);
    clock.advance(1199);
    expect(fired).toEqual([]);
    clock.advance(1);
    expect(fired).toEqual([1500]);
  });

  test('many that are far off share one timer, and one can clear another as it fires', () => {
    const clock = new FakeClock(0);
    const fired: number[] = [];
    const timers = Array.from({ length: 100 }, (_, index) => {
      const onDeadline = () => {
        fired.push(index);
        for (const other of timers) other.clear();
      };
      return new DeadlineTimer(clock, { onDeadline });
    });
    for (const each of timers) each.setAt(5000);
    expect(clock.pending).toBe(1);
    expect(clock.timersSet).toBe(1);
    clock.advance(10_000);
    expect(fired).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
