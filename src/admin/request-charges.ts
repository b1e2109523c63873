import type { LedgerRow } from '../core/ledger-row.ts';
import type { AdminContext } from './admin-context.ts';
import { amountText } from './budget-json.ts';
import { budgetsInForce } from './budget-operations.ts';
import type { RequestDetailJson } from './request-detail-schema.ts';
import type { TeamScope } from './team-scope.ts';

/** What a request took from budgets, with their names as far as they are in force; of a team's own only where `scope` says so. */
export function chargesJson(
  { charges }: LedgerRow,
  context: AdminContext,
  scope: TeamScope | undefined,
): RequestDetailJson['charges'] {
  if (charges.length === 0) return [];
  const rules = new Map(budgetsInForce(context, scope).map(({ rule }) => [rule.id, rule]));
  const seen = scope === undefined ? charges : charges.filter(({ budget }) => rules.has(budget));
  return seen.map(({ budget, window, amount }) => {
    const rule = rules.get(budget);
    return {
      budget,
      name: rule?.label ?? null,
      unit: rule?.unit ?? null,
      amount: rule === undefined ? String(amount) : amountText(rule.unit, BigInt(amount)),
      window_start: window === 0 ? null : new Date(window).toISOString(),
    };
  });
}
