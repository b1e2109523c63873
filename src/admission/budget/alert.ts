import type { BudgetUnit } from '../../core/budget-spec.ts';
import { formatUsd } from '../../lib/usd.ts';
import { isReached } from './budget.ts';
import type { BudgetPool } from './pool.ts';

/** That a budget has reached a percentage of its limit, in one window. */
export interface Alert {
  /** The same for each try to tell it, so that whoever is told twice can see it. */
  readonly id: string;
  readonly budget: string;
  readonly budgetId: string;
  readonly threshold: number;
  /** In milliseconds since the epoch; `Infinity`: without an end. */
  readonly window: { readonly start: number; readonly end: number };
  readonly unit: BudgetUnit;
  readonly limit: bigint;
  readonly spent: bigint;
  readonly mode: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The alerts that are due now that something was spent; each once for a window. */
export function alertsDue({ budget: { rule }, counter }: BudgetPool, at: number): Alert[] {
  const due: Alert[] = [];
  for (const threshold of rule.alertAt) {
    if (counter.alerted.has(threshold) || !isReached(threshold, counter.spent, rule.limit)) continue;
    counter.alerted.add(threshold);
    due.push({
      id: crypto.randomUUID(),
      budget: rule.label,
      budgetId: rule.id,
      threshold,
      window: { start: counter.start, end: counter.end },
      unit: rule.unit,
      limit: rule.limit,
      spent: counter.spent,
      mode: rule.mode,
      at,
    });
  }
  return due;
}

/** What a webhook is told: JSON (docs/budgets.md). Amounts of USD are decimal text. */
export function alertBody({ id, budget, threshold, window, unit, limit, spent, mode, at }: Alert): string {
  const amount = (of: bigint): string | number => (unit === 'usd' ? formatUsd(of) : Number(of));
  return JSON.stringify({
    type: 'budget_alert',
    id,
    budget,
    threshold,
    unit,
    limit: amount(limit),
    spent: amount(spent),
    mode,
    window_start: new Date(window.start).toISOString(),
    window_end: window.end === Infinity ? null : new Date(window.end).toISOString(),
    at: new Date(at).toISOString(),
  });
}
