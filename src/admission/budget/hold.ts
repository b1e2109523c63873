import type { Attempt } from '../../core/attempt.ts';
import { totalTokens } from '../../core/consumption.ts';
import type { LedgerCharge } from '../../core/ledger-row.ts';
import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Alias, NamedAlias } from '../../core/route.ts';
import { SpendLease, type RecordedSpend, type TokenLimit } from '../../core/spend-lease.ts';
import { budgetHeaderOf } from './budget-header.ts';
import type { Expected } from './expectation.ts';
import { AttemptHold, type LegPlan } from './attempt-hold.ts';
import { BudgetPool, TokenPool, type HoldReason, type Pool } from './pool.ts';
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
  readonly requestedAlias: NamedAlias | undefined;
}

/** The pool that has not got what is asked of it, and how much that is; of several, the one that begins anew last. */
export interface Shortfall {
  readonly pool: Pool;
  readonly needed: number;
  /** All that have not got it. */
  readonly pools: readonly Pool[];
}

/** What a hold needs from outside: prices, refusals, and where to report usage. */
export interface HoldNeeds {
  ratesOf(attempt: Attempt, inputTokens: number): Rates | undefined;
  mostOutputOf(attempt: Attempt, expected: Expected): number;
  /** The pools of an alias that serves as a fallback. */
  sharesOf(alias: Alias): readonly Share[];
  /** Why an attempt may not be sent: it has no price, and a pool counts money; or a pool has not got what it takes. */
  unpriced(pool: BudgetPool, attempt: Attempt): Refusal;
  refuse(shortfall: Pick<Shortfall, 'pool' | 'needed'>): Refusal;
  /** What a request took that went well. */
  learn(took: Expected): void;
}

/**
 * What one exchange holds of all budgets and token limits that apply. All of it is synchronous, so that nobody comes
 * between a look and a take.
 */
export class Hold extends SpendLease {
  #shares: readonly Share[] = [];
  #parts: readonly AttemptHold[];
  #mostHeldNanoUsd: number | undefined;
  #isLate = false;

  private constructor(
    private readonly plan: HoldPlan,
    private readonly needs: HoldNeeds,
  ) {
    super();
    this.#parts = [new AttemptHold(plan, plan.asked?.alias.name)];
  }

  /** Takes what the plan needs of all pools; or returns the pool that has not got it, and takes nothing. */
  static take(shares: readonly Share[], plan: HoldPlan, needs: HoldNeeds): Hold | Shortfall {
    const hold = new Hold(plan, needs);
    return hold.#take('admission', shares, hold.#parts) ?? hold;
  }

  /** The hold of a request that was let in before anything applied to it: it counts, and is never refused. */
  static late(shares: readonly Share[], plan: HoldPlan, needs: HoldNeeds): Hold {
    const hold = new Hold(plan, needs);
    hold.#isLate = true;
    hold.#take('late', shares, hold.#parts);
    return hold;
  }

  get requestedAlias(): NamedAlias | undefined {
    return this.plan.requestedAlias;
  }

  get mostHeldNanoUsd(): number | undefined {
    return this.#mostHeldNanoUsd;
  }

  get budgetHeader(): string | undefined {
    let header: string | undefined;
    for (const { pool } of this.#shares) {
      const text = pool instanceof BudgetPool ? budgetHeaderOf(pool) : undefined;
      if (text !== undefined) header = header === undefined ? text : `${header}, ${text}`;
    }
    return header;
  }

  get tokenLimit(): TokenLimit | undefined {
    let nearest: TokenLimit | undefined;
    for (const { pool } of this.#shares) {
      if (!(pool instanceof TokenPool)) continue;
      const limit = pool.state();
      if (nearest === undefined || limit.remaining / limit.limit < nearest.remaining / nearest.limit) nearest = limit;
    }
    return nearest;
  }

  begins(attempt: Attempt): Refusal | undefined {
    const { plan, needs } = this;
    const { name } = attempt.route.alias;
    const rates = needs.ratesOf(attempt, plan.expected.input);
    const isNew = name !== plan.asked?.alias.name && !this.#shares.some(({ alias }) => alias === name);
    const shares = isNew ? [...this.#shares, ...needs.sharesOf(attempt.route.alias)] : this.#shares;
    const strict = rates === undefined && !this.#isLate ? unpricedIn(shares) : undefined;
    if (strict !== undefined) return needs.unpriced(strict, attempt);
    const { expected } = plan;
    const leg = { expected, rates, mostOutput: needs.mostOutputOf(attempt, expected) };
    if (!attempt.exchange.stream) attempt.unseenOutput = expected.output;
    const [first] = this.#parts;
    // Nearly always it takes what was held when the request was let in.
    if (first !== undefined && this.#holdsAll(first) && first.becomes(attempt, leg, name)) return undefined;
    const part = new AttemptHold(leg, name, attempt);
    const parts = first?.attempt === undefined ? [part] : [...this.#parts, part];
    const shortfall = this.#take(this.#isLate ? 'late' : 'attempt', shares, parts);
    return shortfall && needs.refuse(shortfall);
  }

  grew(attempt: Attempt, output: number, input?: number): Refusal | undefined {
    const part = this.#parts.find((each) => each.attempt === attempt);
    if (part === undefined) return undefined;
    part.seen = output;
    const isLonger = input !== undefined && part.noteInput(input);
    if (output <= part.covered && !isLonger) return undefined;
    part.extend(output + STEP_TOKENS);
    const shortfall = this.#take(this.#isLate ? 'late' : 'stream', this.#shares, this.#parts);
    return shortfall && this.needs.refuse(shortfall);
  }

  charges(spend: RecordedSpend): readonly LedgerCharge[] {
    const charges: LedgerCharge[] = [];
    for (const { pool, alias } of this.#shares) {
      if (!(pool instanceof BudgetPool)) continue;
      const amount = amountSpent(pool.unit, alias, spend);
      if (amount !== 0) charges.push({ budget: pool.budget.rule.id, window: pool.counter.start, amount });
    }
    return charges;
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
    this.needs.learn({ input: totalTokens(served) - output, output });
  }

  /** Holds of all `shares` what `parts` take; or returns the pool that has not got it, and nothing changes. */
  #take(asking: HoldReason, shares: readonly Share[], parts: readonly AttemptHold[]): Shortfall | undefined {
    const takings = shares.map((share) => takingOf(asking, share, parts));
    if (takings.some(({ isLacking }) => isLacking)) return lackOf(shares, takings);
    for (let index = 0; index < shares.length; index++) {
      const [share, taking] = [shares[index], takings[index]];
      if (share === undefined || taking === undefined) continue;
      const { held, isShort } = taking;
      if (!this.#shares.includes(share)) share.pool.open();
      share.pool.hold(held - share.held, isShort);
      share.held = held;
      if (share.pool.unit === 'usd') this.#mostHeldNanoUsd = Math.max(this.#mostHeldNanoUsd ?? 0, held);
    }
    this.#shares = shares;
    this.#parts = parts;
    for (const part of parts) part.covered = this.#coveredOutput(part);
    return undefined;
  }

  /** Whether as much is held as a part may take at most. */
  #holdsAll(part: AttemptHold): boolean {
    for (const { pool, held } of this.#shares) if (held < part.most(pool.unit)) return false;
    return true;
  }

  /** How many tokens of output of a part are held for. */
  #coveredOutput(part: AttemptHold): number {
    let covered = Infinity;
    for (const { pool, alias, held } of this.#shares) {
      if (alias !== undefined && alias !== part.alias) continue;
      const others = sumOf(this.#parts, alias, pool.unit, 'needed') - part.needed(pool.unit);
      covered = Math.min(covered, part.outputFor(pool.unit, held - others));
    }
    return covered;
  }
}

/** Those that have not got what is to be taken. */
function lackOf(shares: readonly Share[], takings: readonly Taking[]): Shortfall {
  const pools: Pool[] = [];
  let last: Omit<Shortfall, 'pools'> | undefined;
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
    const { mode, allowsUnpriced } = pool.budget.rule;
    if (mode === 'hard' && !allowsUnpriced) return pool;
  }
  return undefined;
}
