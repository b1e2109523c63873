import { expect, test } from 'bun:test';
import type { Database } from '../database.ts';
import { sqliteDialect } from '../drivers/sqlite-dialect.ts';
import { HOUR_MS } from './hours.ts';
import { usage } from './usage.ts';

test('years of days in a zone that changes its clocks take a query for each run of even days', async () => {
  let asked = 0;
  const read = (): Promise<[]> => Promise.resolve((asked++, []));
  const starts: number[] = [];
  let day = Temporal.ZonedDateTime.from('2023-01-01T00:00[Europe/Berlin]');
  for (; day.year < 2026; day = day.add({ days: 1 })) starts.push(day.epochMilliseconds);
  const query = { from: starts[0] ?? 0, to: day.epochMilliseconds, buckets: starts };
  await usage({ dialect: sqliteDialect, read } as unknown as Database, query);
  expect(starts.length).toBeGreaterThan(1000);
  expect(asked).toBe(3 * 4 + 1);
  await usage({ dialect: sqliteDialect, read } as unknown as Database, { ...query, to: query.to - 5 * HOUR_MS });
  expect(asked).toBe(2 * (3 * 4 + 1));
});
