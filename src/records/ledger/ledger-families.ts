import { counterRead, single } from '../metrics/families.ts';
import type { Family } from '../metrics/prometheus.ts';
import type { LedgerState } from './ledger-state.ts';

type Row = readonly [name: string, meaning: string, value: (state: LedgerState) => number];

const GAUGES: readonly Row[] = [
  [
    'ledger_journal_rows',
    'Rows that are not in the database yet; of those that an earlier process has left, about.',
    ({ rows }) => rows,
  ],
  [
    'ledger_waiting_rows',
    'Of these, rows that are in memory alone: a process that is killed loses them.',
    ({ waiting }) => waiting,
  ],
  ['ledger_journal_bytes', 'The size of the journal (ledger.max_journal_mb).', ({ bytes }) => bytes],
  [
    'ledger_lag_seconds',
    'For how long the oldest row that is to be shipped next waits already; 0 while the database keeps up.',
    ({ lagMs }) => lagMs / 1000,
  ],
  ['ledger_store_up', '0 while the database takes no rows.', ({ isStoreUp }) => Number(isStoreUp)],
  [
    'ledger_journal_writable',
    '0 while the journal cannot be written, and rows wait in memory.',
    ({ isWritable }) => Number(isWritable),
  ],
];

const COUNTERS: readonly Row[] = [
  ['ledger_rows_shipped_total', 'Rows that the database has taken.', ({ shipped }) => shipped],
  [
    'ledger_rows_dropped_total',
    'Rows that were lost: there was no room for them (ledger.on_full), or they could not be made.',
    ({ dropped }) => dropped,
  ],
  [
    'ledger_rows_set_aside_total',
    'Rows that the database refuses; they are kept in a file.',
    ({ setAside }) => setAside,
  ],
  ['ledger_journal_torn_total', 'Segments of the journal that end within a row.', ({ torn }) => torn],
  ['ledger_journal_damaged_total', 'Places of the journal whose checksum is wrong.', ({ damaged }) => damaged],
];

/** What `/metrics` shows of the ledger; `state` is undefined before it has started. */
export function ledgerFamilies(state: () => LedgerState | undefined): readonly Family[] {
  const read = (value: Row[2]) => (): number => {
    const there = state();
    return there === undefined ? 0 : value(there);
  };
  return [
    ...GAUGES.map(([name, meaning, value]) => single(name, meaning, read(value))),
    ...COUNTERS.map(([name, meaning, value]) => counterRead(name, meaning, read(value))),
  ];
}
