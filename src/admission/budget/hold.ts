import type { Attempt } from '../../core/attempt.ts';
import { totalTokens } from '../../core/consumption.ts';
import type { LedgerCharge } from '../../core/ledger-row.ts';
import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Alias, NamedAlias } from '../../core/route.ts';
import { SpendLease, type RecordedSpend, type TokenLimit } from '../../core/spend-lease.ts';
import { budgetHeaderOf } from './budget-header.ts';
import type { Expected } from './expectation.ts';
import { Leg, type LegPlan } from './leg.ts';
import { BudgetPool, TokenPool, type Asking, type Pool } from './pool.ts';
import { sumOf, takingOf, type Share, type Taking } from './taking.ts';
import type { Rates } from './pricer.ts';
import { amountSpent } from './spent.ts';

/** So many tokens of output more are held for when a stream has used up what was held for it (docs/budgets.md). */
export const STEP_TOKENS = 256;

/** What a hold is made for: the rates are those of the dearest route that may serve. */
export interface HoldPlan extends LegPlan {
  /** The alias whose routes are tried; undefined for what is passed through. */
  readonly asked: NamedAlias | undefined;
  /** The one that the client asked for, if it is another. */
  readonly askedFirst: NamedAlias | undefined;
}

/** The pool that has not got what is asked of it, and how much that is; of several, the one that begins anew last. */
export interface Lack {
  readonly pool: Pool;
  readonly needed: number;
  /** All that have not got it. */
  readonly pools: readonly Pool[];
}

/** Whom a hold asks while it lasts, and tells at its end. */
export interface HoldKeeper {
  ratesOf(attempt: Attempt, inputTokens: number): Rates | undefined;
  mostOutputOf(attempt: Attempt, expected: Expected): number;
  /** The pools of an alias that serves as a fallback. */
  sharesOf(alias: Alias): readonly Share[];
  /** Why an attempt may not be sent: it has no price, and a pool counts money; or a pool has not got what it takes. */
  unpriced(pool: BudgetPool, attempt: Attempt): Refusal;
  lacking(lack: Pick<Lack, 'pool' | 'needed'>): Refusal;
  /** What a request took that went well. */
  learn(took: Expected): void;
}

/**
 * What one exchange holds of all budgets and token limits that apply. All of it is synchronous, so that nobody comes
 * between a look and a take.
 */
export class Hold extends SpendLease {
  #shares: readonly Share[] = [];
  #legs: readonly Leg[];
  #mostHeldNanoUsd: number | undefined;
  #isLate = false;

  private constructor(
    private readonly plan: HoldPlan,
    private readonly keeper: HoldKeeper,
  ) {
    super();
    this.#legs = [new Leg(plan, plan.asked?.alias.name)];
  }

  /** Takes what the plan needs of all pools; or returns the pool that has not got it, and takes nothing. */
  static take(shares: readonly Share[], plan: HoldPlan, keeper: HoldKeeper): Hold | Lack {
    const hold = new Hold(plan, keeper);
    return hold.#take('admission', shares, hold.#legs) ?? hold;
  }

  /** The hold of a request that was let in before anything applied to it: it counts, and is never refused. */
  static late(shares: readonly Share[], plan: HoldPlan, keeper: HoldKeeper): Hold {
    const hold = new Hold(plan, keeper);
    hold.#isLate = true;
    hold.#take('late', shares, hold.#legs);
    return hold;
  }

  get askedFirst(): NamedAlias | undefined {
    return this.plan.askedFirst;
  }

  get mostHeldNanoUsd(): number | undefined {
    return this.#mostHeldNanoUsd;
  }

  get budgetHeader(): string | undefined {
    return budgetHeaderOf(this.#budgets().map(({ pool }) => pool));
  }

  get tokenLimit(): TokenLimit | undefined {
    const limits = this.#shares.flatMap(({ pool }) => (pool instanceof TokenPool ? [pool.state()] : []));
    return limits.toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit)[0];
  }

  begins(attempt: Attempt): Refusal | undefined {
    const { plan, keeper } = this;
    const { name } = attempt.route.alias;
    const rates = keeper.ratesOf(attempt, plan.expected.input);
    const isNew = name !== plan.asked?.alias.name && !this.#shares.some(({ alias }) => alias === name);
    const shares = isNew ? [...this.#shares, ...keeper.sharesOf(attempt.route.alias)] : this.#shares;
    const strict = rates === undefined && !this.#isLate ? unpricedIn(shares) : undefined;
    if (strict !== undefined) return keeper.unpriced(strict, attempt);
    const { expected } = plan;
    const leg = new Leg({ expected, rates, mostOutput: keeper.mostOutputOf(attempt, expected) }, name, attempt);
    if (!attempt.exchange.stream) attempt.unseenOutput = expected.output;
    const legs = this.#legs[0]?.attempt === undefined ? [leg] : [...this.#legs, leg];
    const lack = this.#take(this.#isLate ? 'late' : 'attempt', shares, legs);
    return lack && keeper.lacking(lack);
  }

  grew(attempt: Attempt, output: number, input?: number): Refusal | undefined {
    const leg = this.#legs.find((each) => each.attempt === attempt);
    if (leg === undefined) return undefined;
    leg.seen = output;
    const isLonger = input !== undefined && leg.noteInput(input);
    if (output <= leg.covered && !isLonger) return undefined;
    leg.extend(output + STEP_TOKENS);
    const lack = this.#take(this.#isLate ? 'late' : 'stream', this.#shares, this.#legs);
    return lack && this.keeper.lacking(lack);
  }

  charges(spend: RecordedSpend): readonly LedgerCharge[] {
    return this.#budgets().flatMap(({ pool, alias }) => {
      const amount = amountSpent(pool.unit, alias, spend);
      return amount === 0 ? [] : [{ budget: pool.budget.rule.id, window: pool.counter.start, amount }];
    });
  }

  protected override onSettled(record: ExchangeRecord | undefined): void {
    for (const { pool, alias, held } of this.#shares)
      pool.settle(held, record === undefined ? 0 : amountSpent(pool.unit, alias, record));
    if (record !== undefined) this.#learn(record.tries);
  }

  #learn(tries: readonly AttemptRecord[]): void {
    const served = tries.findLast(({ failure }) => failure === undefined)?.usage;
    if (served === undefined || served.estimated) return;
    const output = served.output + served.reasoning + served.audioOut + served.imageOut;
    this.keeper.learn({ input: totalTokens(served) - output, output });
  }

  #budgets(): readonly BudgetShare[] {
    return this.#shares.filter((share): share is BudgetShare => share.pool instanceof BudgetPool);
  }

  /** Holds of all `shares` what `legs` take; or returns the pool that has not got it, and nothing changes. */
  #take(asking: Asking, shares: readonly Share[], legs: readonly Leg[]): Lack | undefined {
    const takings = shares.map((share) => takingOf(asking, share, legs));
    if (takings.some(({ isLacking }) => isLacking)) return lackOf(shares, takings);
    for (const [index, share] of shares.entries()) {
      const { held = 0, isShort = false } = takings[index] ?? {};
      if (!this.#shares.includes(share)) share.pool.open();
      share.pool.hold(held - share.held, isShort);
      share.held = held;
      if (share.pool.unit === 'usd') this.#mostHeldNanoUsd = Math.max(this.#mostHeldNanoUsd ?? 0, held);
    }
    this.#shares = shares;
    this.#legs = legs;
    for (const leg of legs) leg.covered = this.#coveredOutput(leg);
    return undefined;
  }

  /** How many tokens of output of a leg are held for. */
  #coveredOutput(leg: Leg): number {
    let covered = Infinity;
    for (const { pool, alias, held } of this.#shares) {
      if (alias !== undefined && alias !== leg.alias) continue;
      const others = sumOf(this.#legs, alias, pool.unit, 'needed') - leg.needed(pool.unit);
      covered = Math.min(covered, leg.outputFor(pool.unit, held - others));
    }
    return covered;
  }
}

type BudgetShare = Share & { readonly pool: BudgetPool };

/** Those that have not got what is to be taken. */
function lackOf(shares: readonly Share[], takings: readonly Taking[]): Lack {
  const pools: Pool[] = [];
  let last: Omit<Lack, 'pools'> | undefined;
  for (const [index, { pool }] of shares.entries()) {
    const taking = takings[index];
    if (taking?.isLacking !== true) continue;
    pools.push(pool);
    if (last === undefined || pool.closedUntil > last.pool.closedUntil) last = { pool, needed: taking.needed };
  }
  if (last === undefined) throw new Error('nothing is lacking');
  return { ...last, pools };
}

/** The budget among pools that lets nothing pass that has no price. */
export function unpricedIn(shares: readonly Share[]): BudgetPool | undefined {
  for (const { pool } of shares) {
    if (!(pool instanceof BudgetPool) || pool.unit !== 'usd') continue;
    const { mode, letsUnpriced } = pool.budget.rule;
    if (mode === 'hard' && !letsUnpriced) return pool;
  }
  return undefined;
}
