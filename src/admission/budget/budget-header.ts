import type { BudgetPool } from './pool.ts';

/** What answers tell of a soft budget: `team:platform/usd-month month 82%`; undefined: of any other, nothing. */
export function budgetHeaderOf({ budget: { rule }, counter }: BudgetPool): string | undefined {
  if (rule.mode !== 'soft') return undefined;
  return `${rule.label} ${rule.window.per} ${percentOf(counter.spent, rule.limit)}%`;
}

/** Whole percents, rounded down; of nothing, all is spent. */
export function percentOf(spent: bigint, limit: bigint): bigint {
  return limit === 0n ? 100n : (spent * 100n) / limit;
}
