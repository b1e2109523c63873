import type { BudgetUnit } from '../../core/budget-spec.ts';
import { formatUsd } from '../../lib/usd.ts';
import { isReached, type BudgetRule } from './budget.ts';
import type { BudgetPool } from './pool.ts';

/** That a budget has reached a percentage of its limit, in one window. */
export interface Alert {
  /** The same whoever tells it, and however often, so that whoever is told twice can see it. */
  readonly id: string;
  readonly budget: string;
  readonly budgetId: string;
  readonly threshold: number;
  /** It was reached already when the process started, so another one may have told it. */
  readonly isAgain: boolean;
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
export function alertsDue({ budget: { rule }, counter }: BudgetPool, at: number): readonly Alert[] {
  const { quiet } = counter;
  if (quiet !== undefined && quiet.rule === rule && counter.spent < quiet.below) return NONE;
  const due: Alert[] = [];
  for (const threshold of rule.alertAt) {
    if (counter.alerted.has(threshold) || !isReached(threshold, counter.spent, rule.limit)) continue;
    counter.alerted.add(threshold);
    due.push({
      id: idOf(`${rule.id}\0${counter.start}\0${threshold}`),
      budget: rule.label,
      budgetId: rule.id,
      threshold,
      isAgain: counter.reachedBefore.has(threshold),
      window: { start: counter.start, end: counter.end },
      unit: rule.unit,
      limit: rule.limit,
      spent: counter.spent,
      mode: rule.mode,
      at,
    });
  }
  counter.quiet = { rule, below: nextAlertAt(rule, counter.alerted) };
  return due;
}

const NONE: readonly Alert[] = [];

/** A UUID that is made of a text (version 8). */
function idOf(text: string): string {
  const hex = new Bun.CryptoHasher('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What must be spent, at least, before the next alert is due. To find that is dear, and most requests are not the one. */
function nextAlertAt({ alertAt, limit }: BudgetRule, alerted: ReadonlySet<number>): bigint {
  let least = MOST;
  for (const percentage of alertAt) {
    const amount = (limit * BigInt(Math.round(percentage * 1000))) / 100_000n;
    if (!alerted.has(percentage) && amount < least) least = amount;
  }
  return least;
}

/** No budget is as large. */
const MOST = 2n ** 64n;

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
