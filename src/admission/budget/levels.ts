import type { Exchange } from '../../core/exchange.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { LimitLevel } from '../policy.ts';
import { AttemptHold } from './attempt-hold.ts';
import { HoldContext, type BudgetTools } from './hold-context.ts';
import { unpricedIn } from './hold.ts';
import { BudgetPool, TokenPool } from './pool.ts';
import { unpricedModel } from './refusals.ts';
import { takingOf, type Share } from './taking.ts';

/** How near the budgets and token limits of a request stand, and what would be held of each at first. Holds nothing. */
export function levelsFor(exchange: Exchange, tools: BudgetTools, snapshot: Snapshot): LimitLevel[] {
  const { asked } = exchange;
  const needs = new HoldContext(exchange, tools, snapshot);
  const plan = needs.planFor(asked, undefined);
  const parts = [new AttemptHold(plan, asked?.alias.name)];
  const shares = needs.sharesFor(asked, new Set());
  const strict = plan.rates === undefined ? unpricedIn(shares) : undefined;
  return shares.flatMap((share) => {
    const { pool } = share;
    const level = levelOf(share, tools);
    if (level === undefined) return [];
    if (pool === strict) {
      const refusal = unpricedModel(strict, asked?.name ?? exchange.path);
      return [{ ...level, needed: undefined, refuses: true, refusal }];
    }
    const { isLacking } = takingOf('admission', share, parts);
    const needed = parts[0]?.needed(pool.unit);
    return [{ ...level, needed, refuses: isLacking }];
  });
}

function levelOf(
  { pool }: Share,
  { clock }: BudgetTools,
): Omit<LimitLevel, 'needed' | 'refuses' | 'refusal'> | undefined {
  const left = Math.max(0, pool.room());
  if (pool instanceof TokenPool) {
    const { scope, key } = pool.tokenRate;
    const { limit, resetMs } = pool.state();
    return { kind: 'tokens', limit: scope, key, per: 'minute', unit: 'tokens', most: limit, left, resetMs };
  }
  if (!(pool instanceof BudgetPool)) return undefined;
  const { label, id, unit, limit, window } = pool.budget.rule;
  const { end } = pool.counter;
  const resetMs = end === Infinity ? undefined : end - clock.wallNow();
  return { kind: 'budget', limit: label, key: id, per: window.per, unit, most: Number(limit), left, resetMs };
}
