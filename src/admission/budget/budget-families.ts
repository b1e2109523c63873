import { counterRead, gauge, single } from '../../records/metrics/families.ts';
import type { Family, Sample } from '../../records/metrics/prometheus.ts';
import type { Budget } from './budget.ts';
import type { BudgetBook } from './budget-book.ts';

/** What came of alerts. */
interface AlertCounts {
  readonly sent: number;
  readonly failed: number;
  readonly waiting: number;
}

const NANO = 1e9;

/** What `/metrics` shows of budgets: those of the config, by their names in it, so that there are only so many. */
export function budgetFamilies(book: BudgetBook, wallNow: () => number, alerts: () => AlertCounts): readonly Family[] {
  const of = (name: string, help: string, value: (budget: Budget) => bigint): Family =>
    gauge(name, help, ['budget', 'unit', 'mode'], () =>
      Array.from(book.configured(), (budget): Sample => {
        const { label, unit, mode } = budget.rule;
        return [[label, unit, mode], unit === 'usd' ? Number(value(budget)) / NANO : Number(value(budget))];
      }),
    );
  return [
    of(
      'budget_spent',
      "What is spent of a budget of the config in its window, in the budget's unit.",
      (budget) => budget.counterAt(wallNow()).spent,
    ),
    of('budget_limit', 'The limit of a budget.', ({ rule }) => rule.limit),
    of('budget_held', 'What is held of it for requests under way.', (budget) => budget.counterAt(wallNow()).held),
    single('budget_holds_open', 'Holds on budgets that are not settled yet; of a request one for each budget.', () =>
      Array.from(book.all(), ({ holds }) => holds).reduce((sum, holds) => sum + holds, 0),
    ),
    single('budget_alerts_waiting', 'Alerts of budgets that wait to be delivered.', () => alerts().waiting),
    counterRead('budget_alerts_sent_total', 'Alerts of budgets that the webhook has taken.', () => alerts().sent),
    counterRead('budget_alerts_failed_total', 'Alerts of budgets that were given up.', () => alerts().failed),
  ];
}
