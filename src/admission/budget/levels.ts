import type { Exchange } from '../../core/exchange.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { LimitLevel } from '../policy.ts';
import { AttemptHold } from './attempt-hold.ts';
import { HoldContext, type BudgetTools } from './hold-context.ts';
import { BudgetPool, TokenPool } from './pool.ts';
import { takingOf, type Share } from './taking.ts';

/** How near the budgets and token limits of a request stand, and what would be held of each at first. Holds nothing. */
export function levelsFor(exchange: Exchange, tools: BudgetTools, snapshot: Snapshot): LimitLevel[] {
  const { asked } = exchange;
  const needs = new HoldContext(exchange, tools, snapshot);
  const plan = needs.planFor(asked, undefined);
  const parts = [new AttemptHold(plan, asked?.alias.name)];
  return needs.sharesFor(asked, new Set()).flatMap((share) => {
    const { isLacking } = takingOf('admission', share, parts);
    const needed = parts[0]?.needed(share.pool.unit);
    const level = levelOf(share, tools);
    return level === undefined ? [] : [{ ...level, needed, refuses: isLacking }];
  });
}

function levelOf({ pool }: Share, { clock }: BudgetTools): Omit<LimitLevel, 'needed' | 'refuses'> | undefined {
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
