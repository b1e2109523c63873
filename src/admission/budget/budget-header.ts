import type { BudgetPool } from './pool.ts';

/** What answers tell of soft budgets: `team:platform/usd-month month 82%`, and more after commas; undefined: of none. */
export function budgetHeaderOf(pools: readonly BudgetPool[]): string | undefined {
  const soft = pools.filter(({ budget }) => budget.rule.mode === 'soft');
  if (soft.length === 0) return undefined;
  return soft
    .map(
      ({ budget: { rule }, counter: { spent } }) => `${rule.label} ${rule.window.per} ${percentOf(spent, rule.limit)}%`,
    )
    .join(', ');
}

/** Whole percents, rounded down; of nothing, all is spent. */
export function percentOf(spent: bigint, limit: bigint): bigint {
  return limit === 0n ? 100n : (spent * 100n) / limit;
}
