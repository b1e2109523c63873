import type { BudgetUnit } from '../../core/budget-spec.ts';
import type { AttemptHold } from './attempt-hold.ts';
import type { HoldReason, Pool } from './pool.ts';

/** A pool, and what an exchange holds of it. */
export interface Share {
  readonly pool: Pool;
  /** Only what routes of this alias take counts for it; undefined: all. */
  readonly alias: string | undefined;
  held: number;
}

/** What is to be held of one pool. */
export interface Taking {
  readonly held: number;
  /** What is expected, or has to be held for a stream. */
  readonly needed: number;
  /** Less is held than an answer in one piece may cost. */
  readonly isShort: boolean;
  /** The pool has not got it. */
  readonly isLacking: boolean;
}

/**
 * What parts take of a pool. Of a hard budget an answer in one piece takes what it may cost at most, for nothing can end it.
 * Where less is left, but enough to begin, what is expected of it is taken, or what is left: a budget can be used up, and none
 * is refused for what it may, and will hardly, cost. Such answers go one at a time, so that at most one is dearer than what is left.
 */
export function takingOf(asking: HoldReason, { pool, alias, held }: Share, parts: readonly AttemptHold[]): Taking {
  const { unit } = pool;
  const needed = sumOf(parts, alias, unit, 'needed');
  if (!pool.mayRefuse(asking)) return { held: Math.max(held, needed), needed, isShort: false, isLacking: false };
  const most = pool.isBudget ? sumOf(parts, alias, unit, 'most') : needed;
  const available = held + pool.room();
  const isShort = most > needed && most > available;
  // What is held already needs no room.
  const isMore = needed > held || asking === 'admission';
  const isLacking =
    (isShort && (pool.isShortForOthers() || isRaced(parts))) ||
    (isMore && !pool.takes({ needed, least: sumOf(parts, alias, unit, 'least') }, available));
  const wanted = isShort ? needed : most;
  return { held: Math.max(held, pool.isBudget ? Math.min(wanted, available) : wanted), needed, isShort, isLacking };
}

/** Two attempts are made at once. */
function isRaced(parts: readonly AttemptHold[]): boolean {
  return parts.filter(({ isOver }) => !isOver).length > 1;
}

/** What parts need of a pool, the least that they do, or the most; of one `alias`, or of all. A request is one, however many attempts are made. */
export function sumOf(
  parts: readonly AttemptHold[],
  alias: string | undefined,
  unit: BudgetUnit,
  what: 'needed' | 'least' | 'most',
): number {
  let sum = 0;
  for (const part of parts) {
    if (alias !== undefined && part.alias !== alias) continue;
    if (unit === 'requests') return 1;
    sum += part[what](unit);
  }
  return sum;
}
