import { z } from 'zod';
import type { Budget } from '../admission/budget/budget.ts';
import type { BudgetUnit } from '../core/budget-spec.ts';
import { formatUsd } from '../lib/usd.ts';

const amount = z.string().describe('Decimal text, in the unit of the budget.');

/** A budget and what has become of it, as the admin API gives it. */
export const budgetSchema = z.object({
  id: z.string(),
  name: z.string().describe('Whose it is, and what it is called: `team:platform/usd-month`.'),
  owner: z.string().describe('`key:ID`, `team:NAME`, `model:ALIAS`, or `all`.'),
  unit: z.enum(['usd', 'tokens', 'requests']),
  limit: amount,
  spent: amount,
  held: amount.describe('What requests under way may still cost.'),
  left: amount.describe('What is neither spent nor held; `0` where more was spent than there is.'),
  per: z.enum(['hour', 'day', 'week', 'month', 'quarter', 'year', 'total']),
  zone: z.string(),
  window_start: z.string().nullable().describe('When the window began; null for one without a beginning.'),
  resets_at: z.string().nullable().describe('When the budget begins anew; null: never.'),
  mode: z.enum(['hard', 'soft', 'observe']),
  alert_at: z.array(z.number()).describe('Percentages at which `alerts.webhook` is told.'),
  requests_under_way: z.int(),
});

type BudgetJson = z.output<typeof budgetSchema>;

/** A budget in the window that `wallNow` is in. */
export function budgetJson(budget: Budget, wallNow: number): BudgetJson {
  const { id, label, owner, unit, limit, window, mode, alertAt } = budget.rule;
  const { start, end, spent, held, holds } = budget.counterAt(wallNow);
  const left = limit - spent - held;
  const isEndless = end === Infinity;
  return {
    id,
    name: label,
    owner,
    unit,
    limit: amountText(unit, limit),
    spent: amountText(unit, spent),
    held: amountText(unit, held),
    left: amountText(unit, left < 0n ? 0n : left),
    per: window.per,
    zone: window.zone,
    window_start: isEndless ? null : new Date(start).toISOString(),
    resets_at: isEndless ? null : new Date(end).toISOString(),
    mode,
    alert_at: [...alertAt],
    requests_under_way: holds,
  };
}

/** An amount in the unit of a budget, as decimal text. */
export function amountText(unit: BudgetUnit, value: bigint): string {
  return unit === 'usd' ? formatUsd(value) : value.toString();
}
