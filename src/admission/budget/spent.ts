import { wasForNothing } from '../../core/admission-lease.ts';
import type { BudgetUnit } from '../../core/budget-spec.ts';
import { totalTokens } from '../../core/consumption.ts';
import type { RecordedSpend } from '../../core/spend-lease.ts';

/**
 * What an exchange took, in a unit: the sum over its attempts, those included that failed or lost against another. Of one
 * `alias`: what its routes took. What has no price costs nothing here.
 */
export function amountSpent(unit: BudgetUnit, alias: string | undefined, spend: RecordedSpend): number {
  const tries = alias === undefined ? spend.tries : spend.tries.filter(({ aliasLabel }) => aliasLabel === alias);
  if (unit === 'requests') return wasForNothing(spend) || (alias !== undefined && tries.length === 0) ? 0 : 1;
  let sum = 0;
  for (const { usage, cost } of tries) {
    if (unit === 'usd') sum += cost?.nanoUsd ?? 0;
    else if (usage !== undefined) sum += totalTokens(usage);
  }
  // All budgets are settled, or none: what a backend has made up must not stop it halfway.
  return Number.isSafeInteger(sum) ? sum : Number.MAX_SAFE_INTEGER;
}
