import { tablesOf } from '../ledger/day-tables.ts';
import type { Migration } from './migration.ts';

/**
 * Roll-ups know the keys that were made at run time, by their dimensions; those from before have none. Rows are found by
 * time, so that sums need not be of whole hours.
 */
export const usageByKey: Migration = {
  version: 4,
  name: 'usage by key',
  statements: (dialect, days) => [
    `ALTER TABLE dimensions ADD COLUMN key_id TEXT${dialect.bytewise}`,
    `CREATE INDEX dimensions_by_key ON dimensions (key_id)`,
    ...days.map((day) => {
      const { exchanges } = tablesOf(day);
      return `CREATE INDEX ${exchanges}_by_time ON ${exchanges} (started_at)`;
    }),
  ],
};
