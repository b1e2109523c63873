/** What was spent of a budget in one window. */
export interface SpentRow {
  readonly budget: string;
  /** The start of the window, in milliseconds since the epoch. */
  readonly window: number;
  /** In the budget's unit. */
  readonly amount: bigint;
}

/** Who remembers what was spent when the process starts: the store, and what the ledger has not put there yet. Each charge is in one of the two. */
export interface SpentSource {
  /** What is known now. While the store is away that is not all: `later` gets the rest, once, when the store answers. */
  spent(later: (rows: readonly SpentRow[]) => void): Promise<readonly SpentRow[]>;
}
