import { z } from 'zod';

/** `ledger`: a row for every exchange. */
export const ledgerSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Keeps a row of every request that names a model or reaches a backend, and of each of its attempts, in the database. Nothing is kept without `data_dir` or `database`.',
      ),
    keep_days: z
      .int()
      .min(1)
      .max(36_500)
      .default(90)
      .describe(
        'Rows of days (UTC) that are older than so many are dropped. What they come to by hour, caller, alias, backend and model stays for `keep_usage_days`.',
      ),
    keep_usage_days: z
      .int()
      .min(1)
      .max(36_500)
      .default(1100)
      .describe(
        'Sums by hour and day that are older than so many days are dropped, but none of days that have rows still.',
      ),
    keep_bodies_days: z
      .int()
      .min(1)
      .max(36_500)
      .default(7)
      .describe(
        'Bodies of days (UTC) that are older than so many are dropped. Bodies are kept only where `log_bodies` of a key or an alias asks for it.',
      ),
    max_body_kb: z
      .int()
      .min(1)
      .max(16_384)
      .default(256)
      .describe(
        'Of each body (what the client sent, what each backend was sent and answered, what the client got) so many KiB are kept. What is longer is cut, and says so.',
      ),
    max_journal_mb: z
      .number()
      .gt(0)
      .default(1024)
      .describe(
        'The most MiB of rows that wait in `data_dir` for a database that cannot be reached: about a million rows for each 1024.',
      ),
    on_full: z
      .enum(['drop', 'refuse'])
      .default('drop')
      .describe(
        'What happens when the journal is full. `drop`: requests are served, their rows are lost and counted. `refuse`: new requests get 503 `ledger_full`, which have no row, and no other is lost.',
      ),
  })
  .prefault({})
  .meta({
    example: `ledger:
  enabled: true
  keep_days: 90
  keep_usage_days: 1100 # three years
  keep_bodies_days: 7 # of those with log_bodies
  max_body_kb: 256
  max_journal_mb: 1024 # while the database is away
  on_full: drop # refuse: rather no request than one without a row`,
  })
  .describe('The ledger: who asked for what, what served it, and what it cost.');
