import type { Exchange } from '../core/exchange.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import type { Route } from '../core/route.ts';
import { RouteNotes } from '../core/route-notes.ts';
import { backoffMs } from '../lib/backoff.ts';
import type { Context } from '../context.ts';
import { mayTry } from './availability.ts';
import { noteSkipped } from './why-not.ts';

/** A route that has failed, and how often it was tried. */
interface FailedRoute {
  readonly route: Route;
  attempts: number;
  failure: Failure;
  /** Monotonic milliseconds before which the upstream asked not to be tried. */
  notBefore: number | undefined;
}

/**
 * The attempts of one alias (L1): each of its routes once, then again those whose failure may pass, with backoff, while
 * `max_retries` lasts.
 */
export class AliasCandidates {
  readonly #failed: FailedRoute[] = [];
  #next = 0;
  #attemptsLeft: number;
  #retries = 0;
  /** What the current attempt, or the wait before it, is a retry of; undefined for a route's first attempt. */
  #retried: FailedRoute | undefined;
  /** The route that was tried beside the first, out of its turn. */
  #beside: Route | undefined;
  #isOver = false;

  constructor(
    private readonly routes: readonly Route[],
    private readonly exchange: Exchange,
    private readonly context: Context,
  ) {
    const { maxRetries } = context.snapshot.retry;
    this.#attemptsLeft = maxRetries === 0 ? routes.length : maxRetries + 1;
  }

  /** A route to try, or how many milliseconds to wait before asking again; undefined: nothing is left. */
  next(): Route | number | undefined {
    if (this.#isOver || this.#attemptsLeft === 0) return undefined;
    const due = this.#retried;
    if (due !== undefined) return isFree(due.route) ? due.route : this.end();
    return this.#firstAttempt() ?? this.#waitForRetry() ?? this.end();
  }

  /** The first of the routes to come that is `isFit`, to be tried beside the first, while that is under way. */
  beside(isFit: (route: Route) => boolean): Route | undefined {
    // Both count, whatever comes of them.
    if (this.#failed.length > 0 || this.#attemptsLeft < 2) return undefined;
    const { routes, exchange, context } = this;
    this.#beside = routes.find((route, at) => at >= this.#next && mayTry(route, exchange, context) && isFit(route));
    return this.#beside;
  }

  failed(failure: Failure, route: Route): void {
    const { context, exchange } = this;
    if (this.#failed.length === 0) noteOpen(this.routes, exchange);
    const { retryAfterMs } = failure;
    const notBefore = retryAfterMs === undefined ? undefined : context.clock.now() + retryAfterMs;
    const retried = this.#retried;
    if (retried !== undefined) {
      this.#retried = undefined;
      this.#attemptsLeft--;
      retried.attempts++;
      retried.failure = failure;
      retried.notBefore = notBefore;
      return;
    }
    // Where nothing was sent, nothing was tried.
    if (failure.kind !== 'not_carried' && failure.kind !== 'over_budget') this.#attemptsLeft--;
    this.#failed.push({ route, attempts: 1, failure, notBefore });
  }

  /** Nothing of the alias is tried any more. */
  end(): undefined {
    this.#isOver = true;
    return undefined;
  }

  #firstAttempt(): Route | undefined {
    for (let route = this.routes[this.#next++]; route !== undefined; route = this.routes[this.#next++]) {
      if (route === this.#beside) continue;
      // Another request may have found out meanwhile.
      if (this.#failed.length === 0 || mayTry(route, this.exchange, this.context)) return route;
      noteSkipped(route, this.exchange, this.context);
    }
    return undefined;
  }

  /** How long to wait for the next route that is worth another attempt; undefined if there is none, or no time for the wait. */
  #waitForRetry(): number | undefined {
    const { exchange, context } = this;
    const { maxRetries, backoffInitialMs, backoffMaxMs } = context.snapshot.retry;
    const retried = maxRetries > 0 ? this.#worthRetrying() : undefined;
    if (retried === undefined) return undefined;
    const now = context.clock.now();
    const waitMs =
      retried.notBefore === undefined
        ? backoffMs(this.#retries, backoffInitialMs, backoffMaxMs, context.random())
        : Math.max(0, retried.notBefore - now);
    if (now + waitMs >= exchange.deadlineAt) return undefined;
    this.#retries++;
    this.#retried = retried;
    return waitMs;
  }

  /** Of the routes whose failure may pass, the first of those that were tried least often. */
  #worthRetrying(): FailedRoute | undefined {
    const { retryAfterMaxMs } = this.context.snapshot.retry;
    const worthwhile = this.#failed.filter(
      ({ failure, route }) =>
        CONSEQUENCES[failure.kind].transient &&
        !route.backend.live.draining &&
        !this.exchange.attempts.isSpent(route) &&
        !this.exchange.attempts.isTooLongFor(route) &&
        (failure.retryAfterMs ?? 0) <= retryAfterMaxMs,
    );
    const fewest = Math.min(...worthwhile.map(({ attempts }) => attempts));
    return worthwhile.find(({ attempts }) => attempts === fewest);
  }
}

/** Once one has failed, it is noted which there were. */
function noteOpen(routes: readonly Route[], { attempts }: Exchange): void {
  const notes = (attempts.routeNotes ??= new RouteNotes());
  notes.addOpen(routes);
  const [first] = routes;
  if (first !== undefined) notes.addDisabled(first.alias);
}

/** Whether a route may be tried once more, after a wait. */
function isFree({ backend: { live } }: Route): boolean {
  return !live.isFull && !live.draining;
}
