import type { Dialect } from '../database.ts';
import { tablesOf } from '../ledger/day-tables.ts';
import { addColumn } from './add-column.ts';
import type { Migration } from './migration.ts';

/** What explains a request: how its routes were chosen, its waits, what was changed in it. And what it is looked up by then. */
export const detail: Migration = {
  version: 6,
  name: 'detail of requests',
  statements: (dialect, days) => [
    ...added('overhead_us', 'BIGINT', dialect, days),
    ...added('asks_usage', 'BIGINT', dialect, days),
    ...added('detail', 'TEXT', dialect, days),
    ...days.flatMap((day) => {
      const { exchanges, tries } = tablesOf(day);
      return [
        `CREATE INDEX ${exchanges}_broken ON ${exchanges} (id) WHERE interrupted = 1`,
        `CREATE INDEX ${exchanges}_failed_over ON ${exchanges} (id) WHERE attempts > 1`,
        `CREATE INDEX ${tries}_by_failure ON ${tries} (failure, exchange) WHERE failure IS NOT NULL`,
      ];
    }),
  ],
};

function added(name: string, type: 'BIGINT' | 'TEXT', dialect: Dialect, days: readonly number[]): string[] {
  return addColumn({ table: 'exchanges', column: { name, type } }, dialect, days);
}
