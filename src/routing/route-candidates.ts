import type { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import { isFinal } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import type { NamedAlias, Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { AliasCandidates } from './alias-candidates.ts';
import { fallbackChain } from './aliases.ts';
import type { AttemptCandidate, Candidate, Candidates, Done, ReportedFailure, Wait } from './candidates.ts';
import { availabilityFor, dueBackSoonest, firstUntried, hasUntried, lastResort } from './untried.ts';
import { choose } from './choose.ts';

const UNTIL_FREE: Wait = { type: 'wait', ms: 'until_free' };

/**
 * The candidates of a request that names an alias: its routes with their retries (L1), then those of its fallbacks (L2);
 * with all of them cooling, the one due back soonest; last, backends that were full all along. Each alias is looked at
 * when its turn comes. No generator: nearly always the first candidate serves, and should cost little.
 */
export class RouteCandidates implements Candidates {
  #alias: AliasCandidates | undefined;
  #named: NamedAlias;
  #aliasesTaken = 0;
  #fallbacks: readonly NamedAlias[] | undefined;
  /** Any route was open. */
  #anyOpen = false;
  /** Only full backends are left. */
  #isLast = false;
  /** What came of the wait for one of them; undefined while there is none to go by. */
  #isFree: boolean | undefined;
  /** A failure that no other route can help with, which ends it; undefined while there was none. */
  #final: ReportedFailure | undefined;

  constructor(
    private readonly asked: NamedAlias,
    private readonly exchange: Exchange,
    private readonly protocol: Protocol,
    private readonly context: Context,
  ) {
    this.#named = asked;
  }

  next(): Candidate {
    while (this.#final === undefined && !this.#isLast) {
      const route = this.#alias?.next();
      if (typeof route === 'number') return { type: 'wait', ms: route };
      if (route !== undefined) return { type: 'attempt', route, named: this.#named };
      this.#alias = this.#nextAlias();
      this.#isLast = this.#alias === undefined;
    }
    return (this.#final === undefined ? this.#lastOnes() : undefined) ?? this.#done();
  }

  beside(isFit: (route: Route) => boolean): AttemptCandidate | undefined {
    const route = this.#alias?.beside(isFit);
    return route === undefined ? undefined : { type: 'attempt', route, named: this.#named };
  }

  failed(failure: Failure, attempt: Attempt): void {
    this.#alias?.failed(failure, attempt.route);
    if (!isFinal(failure)) return;
    const answered = failure.answer === undefined ? this.exchange.attempts.lastAnswered : attempt;
    this.#final = { failure, answered };
  }

  waited(isDue: boolean): void {
    if (this.#isLast) this.#isFree = isDue;
    else if (!isDue) this.#alias?.end();
  }

  /** Fallbacks are looked up only when it comes to them. */
  #nextAlias(): AliasCandidates | undefined {
    const { asked, exchange, protocol, context } = this;
    for (let named = this.#takeAlias(); named !== undefined; named = this.#takeAlias()) {
      const routes = choose(named, exchange, protocol, context);
      if (routes.length === 0) continue;
      this.#anyOpen = true;
      this.#named = named;
      return new AliasCandidates(routes, exchange, context);
    }
    // With every route cooling when the request begins, one is tried all the same, for it may have recovered.
    if (this.#anyOpen || !context.snapshot.retry.triesCooling) return undefined;
    this.#anyOpen = true;
    const soonest = lastResort(asked, exchange, context);
    if (soonest === undefined) return undefined;
    this.#named = soonest.named;
    return new AliasCandidates([soonest.route], exchange, context);
  }

  #takeAlias(): NamedAlias | undefined {
    const at = this.#aliasesTaken++;
    return at === 0 ? this.asked : (this.#fallbacks ??= fallbackChain(this.context.snapshot, this.asked))[at - 1];
  }

  /** Nothing but full backends can serve any more: they are waited for, and tried once each. */
  #lastOnes(): Candidate | undefined {
    if (this.#isFree === false) return undefined;
    const { asked, exchange, context } = this;
    if (this.#isFree) {
      this.#isFree = undefined;
      const found = firstUntried(asked, exchange, context);
      return found === undefined ? undefined : { type: 'attempt', ...found };
    }
    return availabilityFor(asked, exchange, context) === 'full' ? UNTIL_FREE : undefined;
  }

  #done(): Done {
    const { asked, exchange, context } = this;
    const dueAt = dueBackSoonest(asked, exchange, context)?.dueAt ?? 0;
    return {
      type: 'done',
      isFinal: this.#final !== undefined,
      everyRouteTried:
        this.#final === undefined &&
        exchange.attempts.lastFailure !== undefined &&
        !hasUntried(asked, exchange, context),
      retryAfterMs: Math.max(0, dueAt - context.clock.now()),
      reported: this.#final,
    };
  }
}
