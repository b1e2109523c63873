import type { LedgerStore } from '../../storage/store.ts';
import type { RecentActivity } from './recent-activity.ts';
import { BUCKET_SCALE } from './ttft-buckets.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What is told by the minute, and what by the hour. */
const MINUTES_MS = 2 * DAY_MS;
const HOURS_MS = 60 * DAY_MS;
/** A ledger that is very large is not read to its end. */
const LONGEST_MS = 30_000;

/** Reads from the ledger what happened before this process began, the newest first, until all is read or it is told to stop. */
export async function seed(
  recent: RecentActivity,
  ledger: Pick<LedgerStore, 'steps' | 'nameSteps'>,
  isStopped: () => boolean,
): Promise<void> {
  const begin = recent.knownSince;
  const until = recent.now + LONGEST_MS;
  const mustStop = (): boolean => isStopped() || recent.now > until;
  const names = { from: begin - 25 * HOUR_MS, to: begin, stepMs: 5 * MINUTE_MS };
  for await (const rows of ledger.nameSteps(names)) {
    for (const row of rows) recent.names.add(row.at, row, row);
    if (mustStop()) return;
  }
  const minutes = { from: begin - MINUTES_MS, to: begin, stepMs: MINUTE_MS, bucketScale: BUCKET_SCALE };
  await readSteps(recent, ledger, minutes, mustStop);
  const hours = { from: begin - HOURS_MS, to: minutes.from, stepMs: HOUR_MS, bucketScale: BUCKET_SCALE };
  await readSteps(recent, ledger, hours, mustStop);
}

async function readSteps(
  recent: RecentActivity,
  ledger: Pick<LedgerStore, 'steps'>,
  query: Parameters<LedgerStore['steps']>[0],
  mustStop: () => boolean,
): Promise<void> {
  if (mustStop()) return;
  for await (const rows of ledger.steps(query)) {
    let first = Infinity;
    for (const { ttftBucket, ...sums } of rows) {
      if (query.stepMs === MINUTE_MS) recent.minutes.addCounts(sums.at, sums, ttftBucket);
      recent.hours.addCounts(sums.at, sums, ttftBucket);
      first = Math.min(first, sums.at);
    }
    recent.knownSince = Math.min(recent.knownSince, first);
    if (mustStop()) return;
  }
  recent.knownSince = Math.min(recent.knownSince, query.from);
}
