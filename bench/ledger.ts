// How fast the ledger is: fills a database with rows of 30 days, then asks what pages and reports ask.
//   bun bench/ledger.ts [--rows 1000000] [--database postgres://…]    without a database: SQLite, in a folder of its own
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LedgerRow } from '../src/core/ledger-row.ts';
import { DIMENSIONS } from '../src/storage/ledger-query.ts';
import { openStore } from '../src/storage/open-store.ts';
import { rowOf as anyRow, tryOf } from '../test/storage/rows.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;
const BATCH = 1000;
const CALLERS = 200;
const REPEATS = 5;

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, database: { type: 'string' } },
});
const count = Math.min(Number(values.rows), 5_000_000);
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-ledger-'));
const store = await openStore(
  values.database === undefined
    ? { kind: 'sqlite', file: join(dir, 'ledger.db') }
    : { kind: 'postgres', url: values.database },
);
const end = Math.floor(Date.UTC(2026, 5, 1) / DAY_MS) * DAY_MS;
const from = end - DAYS * DAY_MS;

try {
  await fill();
  const range = { from, to: end };
  for (const dimension of DIMENSIONS)
    await measure(`usage by ${dimension}`, async () => await store.ledger.usage({ ...range, groupBy: [dimension] }));
  const odd = { from: from + 5 * 3_600_000, to: end - 7 * 3_600_000 };
  await measure(
    'usage by caller and model, not whole days',
    async () => await store.ledger.usage({ ...odd, groupBy: ['caller', 'model'] }),
  );
  await measure('usage by tag', async () => await store.ledger.usage({ ...range, groupByTag: 'project' }));
  const buckets = (ms: number, offset = 0): number[] =>
    Array.from({ length: Math.floor((end - from) / ms) }, (_, at) => from + offset + at * ms);
  await measure('usage by day', async () => await store.ledger.usage({ ...range, buckets: buckets(DAY_MS) }));
  await measure(
    'usage by day and team',
    async () => await store.ledger.usage({ ...range, buckets: buckets(DAY_MS), groupBy: ['team'] }),
  );
  await measure(
    'usage by day of a zone',
    async () => await store.ledger.usage({ ...range, buckets: buckets(DAY_MS, 2 * 3_600_000) }),
  );
  await measure(
    'usage by hour of a day',
    async () => await store.ledger.usage({ from: end - DAY_MS, to: end, buckets: buckets(3_600_000).slice(-24) }),
  );
  await measure('search, the newest', async () => await store.ledger.search({ limit: 50 }));
  await measure('search by caller', async () => await store.ledger.search({ caller: ['caller-7'], limit: 50 }));
  await measure(
    'search by caller and model',
    async () => await store.ledger.search({ caller: ['caller-7'], model: ['model-2'], limit: 50 }),
  );
  await measure('search by a model', async () => await store.ledger.search({ model: ['model-2'], limit: 50 }));
  await measure('search, nobody', async () => await store.ledger.search({ caller: ['nobody'], limit: 50 }));
  await measure(
    'search a rare pair',
    async () => await store.ledger.search({ caller: ['caller-7'], status: [429, 429], limit: 50 }),
  );
  await measure('search failures', async () => await store.ledger.search({ status: [500, 599], limit: 50 }));
  await measure(
    'search by tag',
    async () => await store.ledger.search({ tag: { key: 'project', value: 'p3' }, limit: 50 }),
  );
  await measure('search by trace', async () => await store.ledger.search({ traceId: 'trace-77', limit: 50 }));
  await measure('search failed', async () => await store.ledger.search({ failed: true, limit: 50 }));
  await measure('search failed over', async () => await store.ledger.search({ failedOver: true, limit: 50 }));
  await measure('search by failure', async () => await store.ledger.search({ failure: 'overloaded', limit: 50 }));
  await measure('search by failure, none', async () => await store.ledger.search({ failure: 'none', limit: 50 }));
  await measure('search by cost, none', async () => await store.ledger.search({ minNanoUsd: 1e12, limit: 50 }));
  await measure('search by duration, none', async () => await store.ledger.search({ minDurationMs: 1e8, limit: 50 }));
  await measure('search by ttft, none', async () => await store.ledger.search({ minTtftMs: 1e8, limit: 50 }));
  await measure(
    'search streams of a caller and model, slow',
    async () =>
      await store.ledger.search({
        caller: ['caller-7'],
        model: ['model-2'],
        stream: true,
        minDurationMs: 1e8,
        limit: 50,
      }),
  );
  await measure('search plain ones', async () => await store.ledger.search({ stream: false, limit: 50 }));
  await measure('search by trace, none', async () => await store.ledger.search({ traceId: 'none', limit: 50 }));
  await measure('search by session, none', async () => await store.ledger.search({ session: 'none', limit: 50 }));
  const { next } = await store.ledger.search({ from: from + 10 * DAY_MS, to: from + 11 * DAY_MS, limit: 50 });
  await measure('search, a page in the middle', async () => await store.ledger.search({ limit: 50 }, next));
  await measure(
    'search, an hour',
    async () => await store.ledger.search({ from: from + 3_600_000, to: from + 7_200_000, limit: 50 }),
  );
  const startedAt = performance.now();
  const { discrepancies } = await store.ledger.verify();
  console.log(`verify: ${(performance.now() - startedAt).toFixed(0)} ms, ${discrepancies.length} discrepancies`);
  await drop();
} finally {
  await store.close();
  rmSync(dir, { recursive: true });
}

async function fill(): Promise<void> {
  const times: number[] = [];
  const startedAt = performance.now();
  for (let at = 0; at < count; at += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - at) }, (_, index) => rowOf(at + index));
    const before = performance.now();
    await store.ledger.append(rows);
    times.push(performance.now() - before);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const [median, worst] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  console.log(`${count} rows in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  console.log(`append ${BATCH} rows: ${median.toFixed(1)} ms (median), ${worst.toFixed(1)} ms (most)`);
}

/** Drops the first day, and writes meanwhile. */
async function drop(): Promise<void> {
  const startedAt = performance.now();
  let slowest = 0;
  const dropping = store.ledger.dropDaysBefore(from / DAY_MS + 1).then(() => performance.now() - startedAt);
  let dropped: number | undefined;
  void dropping.then((ms) => (dropped = ms));
  for (let at = 0; dropped === undefined || at < 3; at += 1) {
    const before = performance.now();
    await store.ledger.append([{ ...rowOf(count - 1), id: Bun.randomUUIDv7() }]);
    slowest = Math.max(slowest, performance.now() - before);
  }
  console.log(`drop a day: ${(await dropping).toFixed(0)} ms; a write meanwhile: ${slowest.toFixed(0)} ms at most`);
}

async function measure(name: string, ask: () => Promise<object>): Promise<void> {
  const times: number[] = [];
  let answer: object = {};
  for (let at = 0; at < REPEATS; at += 1) {
    const startedAt = performance.now();
    answer = await ask();
    times.push(performance.now() - startedAt);
  }
  const size = Object.values(answer).find(Array.isArray)?.length ?? 0;
  const [best, worst] = [Math.min(...times), Math.max(...times)];
  console.log(`${name}: ${best.toFixed(1)} to ${worst.toFixed(1)} ms (${size})`);
}

function rowOf(number: number): LedgerRow {
  const startedAt = from + Math.floor((number / count) * (end - from));
  const caller = (number * 7919) % CALLERS;
  const model = Math.floor(number / 7) % 5;
  const nanoUsd = 1_000_000 + number;
  const hasFailed = number % 50 === 0;
  const attempt = tryOf({ startedAt, backend: `backend-${model % 3}`, model: `model-${model}` });
  return anyRow(number, {
    id: Bun.randomUUIDv7('hex', startedAt),
    startedAt,
    caller: `caller-${caller}`,
    keyId: `key-${caller}`,
    team: `team-${caller % 20}`,
    owner: `owner-${caller % 50}`,
    endUser: number % 3 === 0 ? `user-${number % 5000}` : undefined,
    session: number % 5 === 0 ? `session-${Math.floor(number / 100)}` : undefined,
    tags: number % 3 === 0 ? { project: `p${number % 11}` } : {},
    aliasLabel: `alias-${model}`,
    backend: attempt.backend,
    model: attempt.model,
    status: hasFailed ? (number % 1000 === 0 ? 429 : 503) : 200,
    errorCode: hasFailed ? 'upstream_overloaded' : undefined,
    nanoUsd,
    unpriced: number % 10_000 === 0,
    tries: hasFailed ? [attempt, { ...attempt, index: 1 }] : [attempt],
    charges: [
      { budget: `key-${caller}/month`, window: from, amount: nanoUsd },
      { budget: `team-${caller % 20}/month`, window: from, amount: nanoUsd },
    ],
  });
}
