import { describe, expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Alarm } from './alarm.ts';

/** An alarm and the times at which it rang. */
function alarm() {
  const clock = new FakeClock(0);
  const rang: number[] = [];
  return { clock, rang, alarm: new Alarm(clock, { onAlarm: () => rang.push(clock.now()) }) };
}

describe('Alarm', () => {
  test('rings once, at its time', () => {
    const { clock, rang, alarm: it } = alarm();
    it.setAt(100);
    clock.advance(99);
    expect(rang).toEqual([]);
    clock.advance(1000);
    expect(rang).toEqual([100]);
    expect(clock.pending).toBe(0);
  });

  test('is postponed without a new timer for each postponement', () => {
    const { clock, rang, alarm: it } = alarm();
    for (let step = 0; step < 1000; step++) {
      it.setAt(clock.now() + 100);
      clock.advance(1);
    }
    expect(clock.timersSet).toBeLessThanOrEqual(12);
    clock.advance(1000);
    expect(rang).toEqual([1099]);
  });

  test('is brought forward', () => {
    const { clock, rang, alarm: it } = alarm();
    it.setAt(100);
    it.setAt(10);
    expect(clock.pending).toBe(1);
    clock.advance(1000);
    expect(rang).toEqual([10]);
  });

  test('goes back and forth: the time set last counts', () => {
    const { clock, rang, alarm: it } = alarm();
    it.setAt(100);
    it.setAt(10);
    it.setAt(50);
    clock.advance(1000);
    expect(rang).toEqual([50]);
  });

  test('rings at once for a time that is over', () => {
    const { clock, rang, alarm: it } = alarm();
    clock.advance(10);
    it.setAt(5);
    clock.advance(0);
    expect(rang).toEqual([10]);
  });

  test.each([Infinity, 'clear'] as const)('does not ring after %p', (how) => {
    const { clock, rang, alarm: it } = alarm();
    it.setAt(100);
    if (how === 'clear') it.clear();
    else it.setAt(how);
    clock.advance(1000);
    expect(rang).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('can be set again: after it rang, from within its ringing, and after clear', () => {
    const clock = new FakeClock(0);
    const rang: number[] = [];
    const it: Alarm = new Alarm(clock, {
      onAlarm: () => {
        rang.push(clock.now());
        if (rang.length === 1) it.setAt(20);
      },
    });
    it.setAt(10);
    clock.advance(30);
    it.setAt(40);
    clock.advance(30);
    it.clear();
    it.setAt(70);
    clock.advance(30);
    expect(rang).toEqual([10, 20, 40, 70]);
  });

  test('that is far off rings at its very time', () => {
    const { clock, rang, alarm: it } = alarm();
    it.setAt(600_000.5);
    clock.advance(600_000);
    expect(rang).toEqual([]);
    clock.advance(1000);
    expect(rang).toEqual([600_000.5]);
    clock.advance(1000);
    expect(clock.pending).toBe(0);
  });

  test('that is far off is brought forward, and put off again', () => {
    const { clock, rang, alarm: it } = alarm();
    it.setAt(600_000);
    clock.advance(300);
    it.setAt(500);
    it.setAt(1500);
    clock.advance(1199);
    expect(rang).toEqual([]);
    clock.advance(1);
    expect(rang).toEqual([1500]);
  });

  test('many that are far off share one timer, and one can clear another as it rings', () => {
    const clock = new FakeClock(0);
    const rang: number[] = [];
    const alarms = Array.from({ length: 100 }, (_, index) => {
      const onAlarm = () => {
        rang.push(index);
        for (const other of alarms) other.clear();
      };
      return new Alarm(clock, { onAlarm });
    });
    for (const each of alarms) each.setAt(5000);
    expect(clock.pending).toBe(1);
    expect(clock.timersSet).toBe(1);
    clock.advance(10_000);
    expect(rang).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
