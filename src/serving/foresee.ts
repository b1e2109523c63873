import { Attempt } from '../core/attempt.ts';
import { OwnCooldowns, type Apart } from '../core/apart.ts';
import type { OperationLive } from '../core/backend-live.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Failure } from '../core/failure.ts';
import type { NamedAlias, Route } from '../core/route.ts';
import type { Clock } from '../lib/clock.ts';
import type { Context } from '../context.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Candidate } from '../routing/candidates.ts';
import { Cooldowns } from '../routing/cooldown.ts';
import { deadlineOf } from '../routing/deadline.ts';
import { RouteCandidates } from '../routing/route-candidates.ts';
import { isFitBeside, mayHedge } from '../upstream/hedge-limits.ts';
import { prepare, type Prepared } from '../upstream/prepare.ts';
import { fail } from '../upstream/settle.ts';

/** What a request would do next. */
export type Step =
  | {
      readonly type: 'attempt';
      readonly route: Route;
      readonly named: NamedAlias | undefined;
      readonly attempt: Attempt;
      /** What would be sent; a failure where the request has no form in the backend's dialect. */
      readonly prepared: Prepared | Failure;
    }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'queue' };

/** What would happen. */
export interface Foreseen {
  readonly steps: readonly Step[];
  /** The route that would be tried beside a slow first; undefined: none. */
  readonly beside: Route | undefined;
}

/** More steps tell nobody anything. */
const MOST_STEPS = 200;

/**
 * What a request would do if each of its attempts failed so: its candidates are asked, and told what would have come of
 * each, by the code that routes. Nothing is sent, no slot is taken, and nobody else's chance, turn or cooldown is touched.
 */
export function foresee(exchange: Exchange, client: Protocol, context: Context, failure: Failure): Foreseen {
  const { asked } = exchange;
  if (asked === undefined) return { steps: [], beside: undefined };
  exchange.attempts.apart = new Supposed(exchange.attempts.apart);
  const clock = new SupposedClock(context.clock);
  const cooldowns = new Cooldowns(clock, { cooling: () => undefined, recovered: () => undefined });
  const supposed: Context = { ...context, clock, cooldowns, random: () => 0.5 };
  const candidates = new RouteCandidates(asked, exchange, client, supposed);
  const steps: Step[] = [];
  let beside: Route | undefined;
  for (
    let next: Candidate = candidates.next();
    next.type !== 'done' && steps.length < MOST_STEPS;
    next = candidates.next()
  ) {
    if (next.type === 'wait') {
      steps.push(next.ms === 'until_free' ? { type: 'queue' } : { type: 'wait', ms: next.ms });
      if (next.ms !== 'until_free') clock.pass(next.ms);
      candidates.waited(next.ms !== 'until_free');
      continue;
    }
    const { route, named } = next;
    const attempt = new Attempt(exchange, route, named, clock);
    const prepared = prepare(attempt, client, supposed);
    steps.push({ type: 'attempt', route, named, attempt, prepared });
    if ('kind' in prepared) {
      candidates.failed(prepared, attempt);
      continue;
    }
    exchange.endBy(deadlineOf(exchange, route.timeouts.totalMs), clock);
    attempt.begin(undefined);
    if (steps.length === 1 && route.alias.hedge !== undefined && mayHedge(attempt, supposed))
      beside = besideOf(attempt, asked, client, supposed);
    const ongoing = { attempt, exchange, client, context: supposed, sentHeaders: undefined, sentTarget: undefined };
    candidates.failed(fail({ ...prepared, ...ongoing, hidesUsage: false }, failure), attempt);
  }
  return { steps, beside };
}

/** Candidates of their own are asked, for whoever tries a route beside another does not try it after it. */
function besideOf(first: Attempt, asked: NamedAlias, client: Protocol, context: Context): Route | undefined {
  const candidates = new RouteCandidates(asked, first.exchange, client, context);
  candidates.next();
  return candidates.beside((route) => isFitBeside(route, first, client))?.route;
}

/** Nothing happens, and what is found out nobody else knows. It begins with what everybody knows, or what a rehearsal does. */
class Supposed implements Apart {
  readonly isSupposed = true;
  readonly rehearsals: readonly string[] = [];
  readonly #own = new OwnCooldowns();

  constructor(private readonly inner: Apart | undefined) {}

  covers(): boolean {
    return true;
  }

  cooling(route: Route, operation: string, shared: OperationLive | undefined): OperationLive | undefined {
    return this.#own.find(route, operation) ?? this.#before(route, operation, shared);
  }

  remembered(route: Route, operation: string): OperationLive {
    const shared = route.live.operations?.get(operation);
    return this.#own.remembered({ route, operation }, this.#before(route, operation, shared));
  }

  standIn(): never {
    throw new Error('nothing is sent of what is only supposed');
  }

  #before(route: Route, operation: string, shared: OperationLive | undefined): OperationLive | undefined {
    const { inner } = this;
    return inner !== undefined && inner.covers(route) ? inner.cooling(route, operation, shared) : shared;
  }
}

/** It stands still, but for the waits that are supposed. */
class SupposedClock implements Clock {
  readonly #at: number;
  readonly #wallAt: number;
  #passed = 0;

  constructor(clock: Clock) {
    this.#at = clock.now();
    this.#wallAt = clock.wallNow();
  }

  pass(ms: number): void {
    this.#passed += ms;
  }

  now(): number {
    return this.#at + this.#passed;
  }

  wallNow(): number {
    return this.#wallAt + this.#passed;
  }

  after(): () => void {
    return () => undefined;
  }
}
