/** A budget's window. */
export interface BudgetWindow {
  readonly budget: string;
  /** Its start, in milliseconds since the epoch. */
  readonly window: number;
}

/** What was charged to a budget's window, in the budget's unit. */
export interface BudgetSpend extends BudgetWindow {
  readonly amount: bigint;
}
