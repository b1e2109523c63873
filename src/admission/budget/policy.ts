import { ANONYMOUS, mayUse } from '../../core/caller.ts';
import type { AdmissionLease } from '../../core/admission-lease.ts';
import type { Exchange } from '../../core/exchange.ts';
import { Refusal } from '../../core/refusal.ts';
import type { NamedAlias } from '../../core/route.ts';
import { findAlias } from '../../routing/aliases.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Policy } from '../policy.ts';
import type { Budget } from './budget.ts';
import { Hold, unpricedIn, type Shortfall } from './hold.ts';
import { HoldContext, type BudgetTools } from './hold-context.ts';
import { BudgetPool } from './pool.ts';
import { levelsFor } from './levels.ts';
import { budgetExceeded, unpricedModel } from './refusals.ts';

/** Holds what a request may cost of all budgets and token limits that apply to it, or refuses it. */
export function budgetPolicy(tools: BudgetTools): Policy {
  return {
    name: 'budgets',
    isForBackends: true,
    check(exchange) {
      const { caller = ANONYMOUS, endpoint } = exchange;
      if (endpoint?.handler === 'model' ? !isCount(exchange) : mayCost(exchange))
        refuseSpent(tools.book.ofCaller(caller).budgets, tools);
    },
    admit(exchange, { snapshot }) {
      if (!mayCost(exchange)) return undefined;
      const needs = new HoldContext(exchange, tools, snapshot);
      const taken = take(exchange.asked, needs);
      if (taken === undefined || taken instanceof Hold) return taken;
      const hold = taken.isUnpriced ? undefined : takeFallback(taken, exchange, needs, snapshot);
      if (hold === undefined) throw refusalOf(taken, exchange, needs);
      return hold;
    },
    levels: (exchange, { snapshot }) => (mayCost(exchange) ? levelsFor(exchange, tools, snapshot) : []),
    adopt(exchange, { snapshot }) {
      if (!mayCost(exchange) || exchange.leases.spending !== undefined) return undefined;
      const needs = new HoldContext(exchange, tools, snapshot);
      const shares = needs.sharesFor(exchange.asked, NONE);
      return shares.length === 0 ? undefined : Hold.late(shares, needs.planFor(exchange.asked, undefined), needs);
    },
  };
}

/** A budget that has nothing left lets nothing in, unless it names an alias to go on with. */
function refuseSpent(budgets: readonly Budget[], { clock, onSpent }: BudgetTools): void {
  const now = clock.wallNow();
  let last: BudgetPool | undefined;
  for (const budget of budgets) {
    const { mode, limit, fallback } = budget.rule;
    if (mode !== 'hard' || fallback.length > 0) continue;
    const counter = budget.counterAt(now);
    if (counter.spent + counter.held < limit) continue;
    const pool = new BudgetPool(budget, counter, onSpent);
    if (last === undefined || pool.closedUntil > last.closedUntil) last = pool;
  }
  if (last !== undefined) throw budgetExceeded(last, now);
}

/** What is asked of a model does, and what is passed through if it is more than a look. */
function mayCost(exchange: Exchange): boolean {
  const { asked, endpoint, method } = exchange;
  if (asked !== undefined) return !isCount(exchange);
  return endpoint?.through !== undefined && !READS.has(method);
}

/** Providers count tokens for nothing. */
function isCount({ endpoint }: Exchange): boolean {
  return endpoint?.operation === 'count_tokens';
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE']);
const NONE: ReadonlySet<Budget> = new Set();

/** Why nothing was taken. */
interface NotTaken extends Shortfall {
  /** What is asked for has no price. */
  readonly isUnpriced: boolean;
}

/** Takes what a request for `asked` needs; undefined: nothing applies to it. */
function take(asked: NamedAlias | undefined, needs: HoldContext): Hold | NotTaken | undefined {
  const shares = needs.sharesFor(asked, NONE);
  return shares.length === 0 ? undefined : takeOf(shares, asked, undefined, needs);
}

function takeOf(
  shares: ReturnType<HoldContext['sharesFor']>,
  asked: NamedAlias | undefined,
  requestedAlias: NamedAlias | undefined,
  needs: HoldContext,
): Hold | NotTaken {
  const plan = needs.planFor(asked, requestedAlias);
  const strict = plan.rates === undefined ? unpricedIn(shares) : undefined;
  if (strict !== undefined) return { pool: strict, needed: 0, pools: [strict], isUnpriced: true };
  const taken = Hold.take(shares, plan, needs);
  return taken instanceof Hold ? taken : { ...taken, isUnpriced: false };
}

/**
 * Takes what one of the aliases needs that a spent budget names: the first that the caller may use, and that all policies
 * let the request go on with, serves.
 */
function takeFallback(
  { pools }: Shortfall,
  exchange: Exchange,
  needs: HoldContext,
  snapshot: Snapshot,
): Hold | undefined {
  const { asked, pinned, caller = ANONYMOUS } = exchange;
  // What refers to an answer that one backend keeps has to go there.
  if (asked === undefined || pinned !== undefined) return undefined;
  const names = pools.flatMap((pool) => (pool instanceof BudgetPool ? pool.budget.rule.fallback : []));
  for (const name of names) {
    const named = findAlias(snapshot, name);
    if (named === undefined || named.alias === asked.alias || !mayUse(caller, name)) continue;
    const hold = takeInstead(named, asked, needs);
    if (hold === undefined) continue;
    if (!areOthersWilling(snapshot.policies, exchange, named)) {
      hold.settle(undefined);
      continue;
    }
    exchange.askInstead(named);
    return hold;
  }
  return undefined;
}

/** Whether the policies let the request go on with another alias; then it has taken what they take for that. */
function areOthersWilling(policies: readonly Policy[], exchange: Exchange, named: NamedAlias): boolean {
  const taken: AdmissionLease[] = [];
  try {
    for (const policy of policies) {
      const lease = policy.admitInstead?.(exchange, named);
      if (lease !== undefined) taken.push(lease);
    }
  } catch (error) {
    for (const lease of taken.reverse()) lease.settle(undefined);
    if (error instanceof Refusal) return false;
    throw error;
  }
  for (const lease of taken) exchange.leases.add(lease);
  return true;
}

/** Budgets that name this alias and have too little left even for it do not count for it: that is what they name it for. */
function takeInstead(named: NamedAlias, requestedAlias: NamedAlias, needs: HoldContext): Hold | undefined {
  const without = new Set<Budget>();
  for (;;) {
    const taken = takeOf(needs.sharesFor(named, without), named, requestedAlias, needs);
    if (taken instanceof Hold) return taken;
    const { pool } = taken;
    if (!(pool instanceof BudgetPool) || !pool.budget.rule.fallback.includes(named.name)) return undefined;
    without.add(pool.budget);
  }
}

function refusalOf(taken: NotTaken, { asked, path }: Exchange, needs: HoldContext): Refusal {
  const { pool, isUnpriced } = taken;
  return isUnpriced && pool instanceof BudgetPool ? unpricedModel(pool, asked?.name ?? path) : needs.refuse(taken);
}
