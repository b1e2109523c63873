import type { RowJson } from '../../core/ledger-row.ts';

/** Where the shipper takes rows: the store. */
export interface LedgerSink<Row = RowJson> {
  /** Writes rows in one transaction; those that are there already count no more. Resolves to how many were new. */
  append(rows: readonly Row[]): Promise<number>;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  /** Whether an error of `append` says that the store cannot be used now; otherwise it is about the rows. */
  isUnavailable(error: unknown): boolean;
}
