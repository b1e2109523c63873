import { counterRead, single } from '../metrics/families.ts';
import type { Family } from '../metrics/prometheus.ts';
import type { LedgerState } from './ledger-state.ts';

/** What `/metrics` shows of the ledger; `state` is undefined before it has started. */
export function ledgerFamilies(state: () => LedgerState | undefined): readonly Family[] {
  const read =
    (value: (state: LedgerState) => number): (() => number) =>
    () => {
      const there = state();
      return there === undefined ? 0 : value(there);
    };
  return [
    single(
      'ledger_journal_rows',
      'Rows that are not in the database yet; of those that an earlier process has left, about.',
      read(({ rows }) => rows),
    ),
    single(
      'ledger_waiting_rows',
      'Of these, rows that are in memory alone: a process that is killed loses them.',
      read(({ waiting }) => waiting),
    ),
    single(
      'ledger_journal_bytes',
      'The size of the journal (ledger.max_journal_mb).',
      read(({ bytes }) => bytes),
    ),
    single(
      'ledger_lag_seconds',
      'For how long the oldest row that is to be shipped next waits already; 0 while the database keeps up.',
      read(({ lagMs }) => lagMs / 1000),
    ),
    single(
      'ledger_store_up',
      '0 while the database takes no rows.',
      read(({ isStoreUp }) => Number(isStoreUp)),
    ),
    single(
      'ledger_journal_writable',
      '0 while the journal cannot be written, and rows wait in memory.',
      read(({ isWritable }) => Number(isWritable)),
    ),
    counterRead(
      'ledger_rows_shipped_total',
      'Rows that the database has taken.',
      read(({ shipped }) => shipped),
    ),
    counterRead(
      'ledger_rows_dropped_total',
      'Rows that were lost because there was no room for them (ledger.on_full).',
      read(({ dropped }) => dropped),
    ),
    counterRead(
      'ledger_rows_set_aside_total',
      'Rows that the database refuses; they are kept in a file.',
      read(({ setAside }) => setAside),
    ),
    counterRead(
      'ledger_journal_torn_total',
      'Segments of the journal that end within a row.',
      read(({ torn }) => torn),
    ),
    counterRead(
      'ledger_journal_damaged_total',
      'Places of the journal whose checksum is wrong.',
      read(({ damaged }) => damaged),
    ),
  ];
}
