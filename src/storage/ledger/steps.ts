import type { Database } from '../database.ts';
import type { LedgerNameStep, LedgerStep, StepsQuery } from '../ledger-query.ts';
import { numberIn, someNumber, textIn } from '../read-row.ts';
import { countValue } from '../write-value.ts';
import { CLASS_COLUMNS } from './consumption-columns.ts';
import { tablesOf } from './day-tables.ts';
import { DAY_MS } from './hours.ts';
import { openDays } from './open-days.ts';

const TOKENS = Object.values(CLASS_COLUMNS)
  .map((column) => `COALESCE(${column}, 0)`)
  .join(' + ');
const FAILED = 'CASE WHEN status >= 400 OR interrupted = 1 THEN 1 ELSE 0 END';

/** Counts rows by steps of time and by the time to the first content, the newest day first. Reads the rows themselves. */
export async function* steps(database: Database, query: StepsQuery): AsyncGenerator<LedgerStep[]> {
  for (const { day, values } of await partsOf(database, query)) {
    const rows = await database.read(
      `SELECT started_at / $3 AS step,
        CAST(FLOOR(LN(CASE WHEN ttft_ms < 1 THEN 1 ELSE ttft_ms END) * CAST($4 AS DOUBLE PRECISION)) AS BIGINT) AS bucket,
        COUNT(*) AS requests, SUM(${FAILED}) AS failed,
        SUM(CASE WHEN attempts = 0 AND status >= 400 AND status <> 499 THEN 1 ELSE 0 END) AS refused,
        SUM(CASE WHEN attempts > 1 THEN 1 ELSE 0 END) AS failed_over, SUM(unpriced) AS unpriced,
        SUM(${TOKENS}) AS tokens, SUM(COALESCE(nano_usd, 0)) AS nano_usd
      FROM ${tablesOf(day).exchanges} WHERE started_at >= $1 AND started_at < $2 GROUP BY 1, 2`,
      [...values, query.stepMs, query.bucketScale],
    );
    yield rows.map((row) => ({
      at: someNumber(row, 'step') * query.stepMs,
      ttftBucket: numberIn(row, 'bucket'),
      requests: someNumber(row, 'requests'),
      failed: someNumber(row, 'failed'),
      refused: someNumber(row, 'refused'),
      failedOver: someNumber(row, 'failed_over'),
      unpriced: someNumber(row, 'unpriced'),
      tokens: someNumber(row, 'tokens'),
      nanoUsd: someNumber(row, 'nano_usd'),
    }));
  }
}

/** Counts rows by steps of time and by who asked for what. */
export async function* nameSteps(
  database: Database,
  query: Omit<StepsQuery, 'bucketScale'>,
): AsyncGenerator<LedgerNameStep[]> {
  for (const { day, values } of await partsOf(database, query)) {
    const rows = await database.read(
      `SELECT s.step, s.requests, s.failed, s.nano_usd, d.caller, d.alias, d.model, d.backend FROM (
        SELECT started_at / $3 AS step, dim, COUNT(*) AS requests, SUM(${FAILED}) AS failed, SUM(COALESCE(nano_usd, 0)) AS nano_usd
        FROM ${tablesOf(day).exchanges} WHERE started_at >= $1 AND started_at < $2 GROUP BY 1, 2
      ) AS s JOIN dimensions d ON d.id = s.dim`,
      [...values, query.stepMs],
    );
    yield rows.map((row) => ({
      at: someNumber(row, 'step') * query.stepMs,
      requests: someNumber(row, 'requests'),
      failed: someNumber(row, 'failed'),
      nanoUsd: someNumber(row, 'nano_usd'),
      caller: textIn(row, 'caller'),
      alias: textIn(row, 'alias'),
      model: textIn(row, 'model'),
      backend: textIn(row, 'backend'),
    }));
  }
}

async function partsOf(database: Database, { from, to }: Pick<StepsQuery, 'from' | 'to'>) {
  const days = (await openDays(database)).filter((day) => (day + 1) * DAY_MS > from && day * DAY_MS < to);
  const values = [countValue(Math.ceil(from)), countValue(Math.ceil(to))];
  return days.toReversed().map((day) => ({ day, values }));
}
