import { Refusal } from '../../core/refusal.ts';
import { shownAmount } from './budget-rule.ts';
import type { BudgetPool, TokenPool } from './pool.ts';

/** Nothing is left because others hold it: some of that comes back when they are done. */
const HELD_RETRY_SECONDS = 5;
/** A budget that never begins anew may be raised. */
const NEVER_RETRY_SECONDS = 24 * 3600;

/** Why a budget lets a request not in, or no further. */
export function budgetExceeded({ budget: { rule }, counter, isHeldBack }: BudgetPool, wallNow: number): Refusal {
  const { label, unit, limit, window } = rule;
  const { spent, held, end } = counter;
  const told = isHeldBack ? `, ${shownAmount(unit, held)} are held for requests under way` : '';
  const seconds = end === Infinity ? NEVER_RETRY_SECONDS : Math.max(1, Math.ceil((end - wallNow) / 1000));
  return new Refusal(
    'budget_exceeded',
    `The budget \`${label}\` has too little left for this request: ${shownAmount(unit, spent)} of ${shownAmount(unit, limit)} are spent${told}. ${renewal(window.per, window.zone, end)}`,
    {
      headers: {
        'retry-after': String(isHeldBack ? Math.min(HELD_RETRY_SECONDS, seconds) : seconds),
        'x-should-retry': 'false',
      },
      detail: `${label} ${shownAmount(unit, spent)} of ${shownAmount(unit, limit)}`,
    },
  );
}

function renewal(per: string, zone: string, end: number): string {
  if (end === Infinity) return 'It does not begin anew: ask whoever runs the gateway to raise it.';
  const at = new Date(end).toISOString().replace('.000Z', 'Z');
  return `It counts each ${per} (${zone}) and begins anew at ${at}.`;
}

/** Why a model without a price is not asked. */
export function unpricedModel({ budget: { rule } }: BudgetPool, model: string): Refusal {
  return new Refusal(
    'unpriced_model',
    `No price is known for the model \`${model}\`, and the budget \`${rule.label}\` counts USD. Set its price in the gateway's config, or \`unpriced: allow\` in the budget.`,
    { headers: { 'x-should-retry': 'false' }, detail: `${rule.label} ${model}` },
  );
}

/** Why a token limit lets a request not in. */
export function tokenLimitReached(pool: TokenPool, needed: number): Refusal {
  const { tokenRate, rate, bucket } = pool;
  const { scope, key, perMinute } = tokenRate;
  const limit = pool.state();
  const wait = Math.max(1, Math.ceil(bucket.msUntil(Math.min(needed, limit.limit), rate)));
  return new Refusal(
    'rate_limit_exceeded',
    `The ${scope} is reached (${perMinute} tokens per minute; this request is expected to take ${needed}). Try again in ${wait < 1000 ? `${wait}ms` : `${wait / 1000}s`}.`,
    {
      headers: { 'retry-after': String(Math.max(1, Math.ceil(wait / 1000))), 'retry-after-ms': String(wait) },
      tokenLimit: limit,
      detail: `${key} ${perMinute}`,
    },
  );
}
