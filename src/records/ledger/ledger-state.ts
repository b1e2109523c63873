/** How the ledger is at one moment; the counts are since the start. */
export interface LedgerState {
  /** Rows that are not in the store yet; of those that an earlier process has left, about. */
  readonly rows: number;
  /** Of these, those in memory alone: a process that is killed loses them. */
  readonly waiting: number;
  /** The size of the journal. */
  readonly bytes: number;
  /** For how long the row that is next waits already; 0 while the store keeps up. */
  readonly lagMs: number;
  readonly isStoreUp: boolean;
  /** False: rows wait in memory. */
  readonly isWritable: boolean;
  /** There is no room for rows. */
  readonly isFull: boolean;
  readonly shipped: number;
  /** Rows that found no room, or could not be made. */
  readonly dropped: number;
  /** Rows that the store refuses. */
  readonly setAside: number;
  /** Segments that end within a row. */
  readonly torn: number;
  /** Places whose checksum is wrong. */
  readonly damaged: number;
}

/** What is wrong with it, as a code for whoever asks whether the gateway is ready; undefined: nothing is. */
export function troubleOf({ isFull, isStoreUp, isWritable }: LedgerState): string | undefined {
  if (isFull) return 'full';
  if (!isStoreUp) return 'database_away';
  return isWritable ? undefined : 'journal_unwritable';
}

/** The same for operators, as JSON. */
export function statusOf(state: LedgerState): object {
  return {
    trouble: troubleOf(state) ?? null,
    journal_rows: state.rows,
    waiting_rows: state.waiting,
    journal_bytes: state.bytes,
    lag_ms: Math.round(state.lagMs),
    rows_shipped: state.shipped,
    rows_dropped: state.dropped,
    rows_set_aside: state.setAside,
    torn: state.torn,
    damaged: state.damaged,
  };
}
