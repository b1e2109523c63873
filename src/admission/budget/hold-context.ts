import { ANONYMOUS } from '../../core/caller.ts';
import type { Attempt } from '../../core/attempt.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Alias, NamedAlias } from '../../core/route.ts';
import type { Clock } from '../../lib/clock.ts';
import { routesFor } from '../../routing/aliases.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Budget } from './budget.ts';
import type { BudgetBook, Limits } from './budget-book.ts';
import type { Expectation, Expected } from './expectation.ts';
import type { HoldNeeds, HoldPlan, Shortfall } from './hold.ts';
import { BudgetPool, TokenPool } from './pool.ts';
import { nanoUsdOf, type Pricer, type Rates } from './pricer.ts';
import { budgetExceeded, tokenLimitReached, unpricedModel } from './refusals.ts';
import { mostWritten } from './most-output.ts';
import { RequestShape } from './request-shape.ts';
import { sizeOf, type RequestSize } from './request-size.ts';
import type { Share } from './taking.ts';

/** What budgets are kept with. */
export interface BudgetTools {
  readonly book: BudgetBook;
  readonly expectation: Expectation;
  /** Who knows what things cost under a snapshot. */
  pricerOf(snapshot: Snapshot): Pricer;
  readonly clock: Clock;
  /** Something was spent of a budget. */
  onSpent(pool: BudgetPool): void;
}

/** Prices, limits and size estimates for the hold of one exchange. */
export class HoldContext implements HoldNeeds {
  readonly #size: RequestSize;
  readonly #shape: RequestShape;
  readonly #caller: string;
  readonly #pricer: Pricer;

  constructor(
    private readonly exchange: Exchange,
    private readonly tools: BudgetTools,
    snapshot: Snapshot,
  ) {
    this.#pricer = tools.pricerOf(snapshot);
    this.#size = sizeOf(exchange);
    this.#shape = new RequestShape(exchange, this.#size.choices);
    this.#caller = (exchange.caller ?? ANONYMOUS).id;
  }

  /** What is to be held if `asked` serves, in the place of `requestedAlias` if that is another. */
  planFor(asked: NamedAlias | undefined, requestedAlias: NamedAlias | undefined): HoldPlan {
    const expected = this.#expected(asked);
    return { expected, asked, requestedAlias, ...(asked === undefined ? NOTHING : this.#dearest(asked, expected)) };
  }

  /** The pools that count for the caller and an alias, but for some budgets. */
  sharesFor(asked: NamedAlias | undefined, without: ReadonlySet<Budget>): Share[] {
    const { book } = this.tools;
    const ofCaller = book.ofCaller(this.exchange.caller ?? ANONYMOUS);
    const ofAlias = asked && book.ofAlias(asked.alias);
    const shares = this.#shares(ofCaller, undefined);
    if (ofAlias !== undefined) shares.push(...this.#shares(ofAlias, asked?.alias.name));
    return without.size === 0
      ? shares
      : shares.filter(({ pool }) => !(pool instanceof BudgetPool && without.has(pool.budget)));
  }

  sharesOf({ name }: Alias): readonly Share[] {
    const limits = this.tools.book.ofAlias({ name });
    return limits === undefined ? [] : this.#shares(limits, name);
  }

  ratesOf({ route }: Attempt, inputTokens: number): Rates | undefined {
    return this.#pricer.rates(route, inputTokens, this.#shape);
  }

  mostOutputOf({ route }: Attempt, { output }: Expected): number {
    return this.#mostOutput(route.model, output);
  }

  unpriced(pool: BudgetPool, { route }: Attempt): Refusal {
    return unpricedModel(pool, route.model);
  }

  refuse({ pool, needed }: Pick<Shortfall, 'pool' | 'needed'>): Refusal {
    if (pool instanceof BudgetPool) return budgetExceeded(pool, this.tools.clock.wallNow());
    if (pool instanceof TokenPool) return tokenLimitReached(pool, needed);
    throw new Error('a pool of no kind');
  }

  learn(took: Expected): void {
    const { asked } = this.exchange;
    if (asked !== undefined) this.tools.expectation.learn(this.#caller, asked.alias.name, this.#size, took);
  }

  #expected(asked: NamedAlias | undefined): Expected {
    // What is passed through says nothing of tokens.
    if (asked === undefined) return { input: 0, output: 0 };
    const expected = this.tools.expectation.of(this.#caller, asked.alias.name, this.#size);
    return this.exchange.endpoint?.operation === 'embed' ? { ...expected, output: 0 } : expected;
  }

  /** What a route costs, and how much it may answer, where that is dearest at its most. */
  #dearest(asked: NamedAlias, { input, output }: Expected): Pick<HoldPlan, 'rates' | 'mostOutput'> {
    let dearest: Rates | undefined;
    let [mostOutput, mostNanoUsd] = [output, -1];
    for (const tier of asked.alias.tiers) {
      for (const route of routesFor(tier, asked)) {
        const rates = this.#pricer.rates(route, input, this.#shape);
        const most = this.#mostOutput(route.model, output);
        mostOutput = Math.max(mostOutput, most);
        const nanoUsd = rates === undefined ? -1 : nanoUsdOf(rates, input, most);
        if (nanoUsd > mostNanoUsd) [dearest, mostNanoUsd] = [rates, nanoUsd];
      }
    }
    return { rates: dearest, mostOutput };
  }

  /** How much a model may answer at once: a stream is held for as it comes. */
  #mostOutput(model: string, expected: number): number {
    const { stream, endpoint } = this.exchange;
    if (stream || endpoint?.operation === 'embed') return expected;
    return Math.max(expected, mostWritten(model, this.#size));
  }

  #shares({ budgets, tokenRates }: Limits, alias: string | undefined): Share[] {
    const { book, clock, onSpent } = this.tools;
    const wallNow = clock.wallNow();
    const shares = budgets.map((budget): Share => {
      const pool = new BudgetPool(budget, budget.counterAt(wallNow), onSpent);
      return { pool, alias, held: 0 };
    });
    for (const rate of tokenRates) {
      const now = clock.now();
      shares.push({ pool: new TokenPool(book.bucketOf(rate, now), rate, () => clock.now()), alias, held: 0 });
    }
    return shares;
  }
}

/** What is passed through has no price, and nobody knows how long its answer may be. */
const NOTHING = { rates: undefined, mostOutput: 0 } as const;
