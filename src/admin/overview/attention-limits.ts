import type { AdminContext } from '../admin-context.ts';
import { budgetJson } from '../budget-json.ts';
import type { Attention } from './overview-schema.ts';

const NEAR_PERCENT = 80n;
const SOON_MS = 7 * 86_400_000;
/** More of a kind are not told of one by one. */
const MOST = 20;

/** Budgets that are used up, or nearly. */
export function budgetAttention({ budgets, clock }: AdminContext): Attention[] {
  const now = clock.wallNow();
  const found = Array.from(budgets.all(), (budget): Attention | undefined => {
    const { spent } = budget.counterAt(now);
    const { limit } = budget.rule;
    if (limit <= 0n || spent * 100n < limit * NEAR_PERCENT) return undefined;
    const isOver = spent >= limit;
    const { name, unit, resets_at, mode, ...json } = budgetJson(budget, now);
    const percent = Number((spent * 100n) / limit);
    return {
      kind: isOver ? 'budget_exceeded' : 'budget_near',
      severity: isOver && mode === 'hard' ? 'critical' : 'warning',
      subject: name,
      data: { name, unit, limit: json.limit, spent: json.spent, percent, resets_at, mode },
      link: '/console/teams',
    };
  });
  return found.filter((each) => each !== undefined).slice(0, MOST);
}

/** Keys that expire soon. */
export function accessAttention({ callers, clock }: AdminContext): Attention[] {
  const now = clock.wallNow();
  const stored = (callers.stored?.all() ?? []).filter(({ enabled }) => enabled);
  return [...callers.configKeys, ...stored]
    .flatMap(({ name, team, expiresAt }) =>
      expiresAt !== undefined && expiresAt > now && expiresAt <= now + SOON_MS ? [{ name, team, expiresAt }] : [],
    )
    .toSorted((one, other) => one.expiresAt - other.expiresAt)
    .slice(0, MOST)
    .map(({ name, team, expiresAt }) => ({
      kind: 'key_expires',
      severity: 'warning',
      subject: name,
      data: { name, team: team ?? null, expires_at: new Date(expiresAt).toISOString() },
      link: '/console/keys',
    }));
}
