import { describe, expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { HeardLog } from './ledger.fixture.ts';
import { Retention } from './retention.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function retention(drop: (day: number) => Promise<number[]>) {
  const clock = new FakeClock(0, Date.UTC(2026, 0, 31, 12));
  const heard = new HeardLog();
  const asked: number[] = [];
  const forgotten: number[] = [];
  const store = {
    dropDaysBefore: async (day: number) => {
      asked.push(day);
      return await drop(day);
    },
    dropRollupsBefore: (at: number) => {
      forgotten.push(at);
      return Promise.resolve(0);
    },
  };
  const made = new Retention(clock, heard.log, () => Promise.resolve(store));
  return { retention: made, clock, asked, forgotten, lines: heard.lines };
}

/** Lets what is under way go on. */
const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

describe('retention', () => {
  test('drops the days that are older than so many, at once and every hour', async () => {
    const { retention: kept, clock, asked, lines } = retention((day) => Promise.resolve([day - 2, day - 1]));
    kept.keepDays = 7;
    kept.start();
    await turn();
    const today = Date.UTC(2026, 0, 31) / DAY_MS;
    expect(asked).toEqual([today - 7]);
    kept.start();
    kept.keepDays = 8;
    clock.advance(HOUR_MS);
    await turn();
    expect(asked).toEqual([today - 7, today - 8]);
    clock.advance(12 * HOUR_MS);
    await turn();
    expect(lines[0]).toBe('info: old days of the ledger were dropped');
    await kept.stop();
    await turn();
    expect(clock.pending).toBe(0);
  });

  test('drops the sums of days that are older than so many more', async () => {
    const { retention: kept, asked, forgotten } = retention(() => Promise.resolve([]));
    kept.keepDays = 7;
    kept.keepUsageDays = 1100;
    kept.start();
    await turn();
    expect(forgotten).toEqual([Date.UTC(2026, 0, 31) - 1100 * DAY_MS]);
    expect(asked).toHaveLength(1);
    await kept.stop();
  });

  test('has ended when it is stopped: the store is closed after that', async () => {
    const held = Promise.withResolvers<number[]>();
    const { retention: kept } = retention(() => held.promise);
    kept.keepDays = 7;
    kept.start();
    await turn();
    let hasStopped = false;
    const stopping = kept.stop().then(() => (hasStopped = true));
    await turn();
    expect(hasStopped).toBe(false);
    held.resolve([]);
    await stopping;
  });

  test('says what keeps it from that, and tries again', async () => {
    const { retention: kept, clock, asked, lines } = retention(() => Promise.reject(new Error('away')));
    kept.keepDays = 7;
    kept.start();
    await turn();
    clock.advance(HOUR_MS);
    await turn();
    expect(asked).toHaveLength(2);
    expect(lines[0]).toBe('error: old days of the ledger cannot be dropped');
    await kept.stop();
  });

  test('asks for nothing while nothing is to be dropped', async () => {
    const { retention: kept, asked } = retention(() => Promise.resolve([]));
    kept.start();
    await turn();
    expect(asked).toEqual([]);
    await kept.stop();
  });
});
