import { addColumn } from './add-column.ts';
import type { Migration } from './migration.ts';

/** Bodies of exchanges, in tables of a day and with days of their own; a row says whether it has some. */
export const bodies: Migration = {
  version: 3,
  name: 'bodies',
  statements: (dialect, days) => [
    `CREATE TABLE body_days (
      day BIGINT PRIMARY KEY NOT NULL,
      dropped BIGINT NOT NULL
    )`,
    ...(dialect.partitioned === undefined
      ? []
      : [
          dialect.partitioned(
            'bodies',
            `id TEXT${dialect.bytewise}, day BIGINT, started_at BIGINT, form TEXT${dialect.bytewise}, document TEXT${dialect.bytewise}`,
          ),
        ]),
    ...addColumn({ table: 'exchanges', column: { name: 'bodies', type: 'TEXT' } }, dialect, days),
  ],
};
