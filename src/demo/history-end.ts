import type { RecentActivity } from '../records/recent/recent-activity.ts';

const MINUTE_MS = 60_000;

/** When the made-up history of a demo ends, as ISO 8601: with the last full minute before it started. */
export function historyEnd({ startedAt }: Pick<RecentActivity, 'startedAt'>): string {
  return new Date(Math.floor(startedAt / MINUTE_MS) * MINUTE_MS).toISOString();
}
