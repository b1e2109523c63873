import type { Apart } from './apart.ts';
import type { Attempt } from './attempt.ts';
import type { BackendLive } from './backend-live.ts';
import type { Aborted, Failure } from './failure.ts';
import type { Refusal } from './refusal.ts';
import type { Route } from './route.ts';
import type { RouteNotes } from './route-notes.ts';

/** What was tried for an exchange, in the order in which it was begun. Several attempts may be under way at once. */
export class Attempts {
  /** Some of them are only acted out; undefined: all are real. */
  apart: Apart | undefined;
  readonly #all: Attempt[] = [];
  /** How routes were chosen; undefined: the first was there to be tried, and has not failed. */
  routeNotes: RouteNotes | undefined;
  /** A backend where a slot is reserved for the next of them. */
  #reserved: BackendLive | undefined;

  get all(): readonly Attempt[] {
    return this.#all;
  }

  /** How many were sent: of what has no form in a backend's dialect, nothing is. */
  get sent(): number {
    let count = 0;
    for (const { isSent } of this.#all) if (isSent) count++;
    return count;
  }

  get latest(): Attempt | undefined {
    return this.#all.at(-1);
  }

  /** The last that was sent, and not given up for another. */
  get latestSent(): Attempt | undefined {
    return this.#all.findLast((attempt) => attempt.isSent && !hasLost(attempt));
  }

  get reserved(): BackendLive | undefined {
    return this.#reserved;
  }

  /** From now on a slot that `backend` has reserved is the next attempt's. */
  reserve(backend: BackendLive | undefined): void {
    this.#reserved = backend;
  }

  /** Gives back the slot that is reserved, if there is one. */
  releaseReserved(): void {
    const reserved = this.#reserved;
    this.#reserved = undefined;
    reserved?.release();
  }

  add(attempt: Attempt): void {
    this.#all.push(attempt);
  }

  /** The failure that tells the most: the last of a backend, or why none could be asked. Being slower than another is none. */
  get lastFailure(): Failure | undefined {
    const failed = this.#all.findLast(
      (attempt) => attempt.isSent && attempt.failure !== undefined && !hasLost(attempt),
    );
    return (failed ?? this.#all.find(({ failure }) => failure !== undefined))?.failure;
  }

  /** The last attempt that a backend answered, though it failed. */
  get lastAnswered(): Attempt | undefined {
    return this.#all.findLast(({ failure }) => failure?.answer !== undefined);
  }

  /** Why the last attempt that could not be sent could not. */
  get lastRefusal(): Refusal | undefined {
    return this.#all.findLast(({ refusal }) => refusal !== undefined)?.refusal;
  }

  /** Whether a route was tried, under whichever alias; `except` is not counted. */
  hasTried({ key }: Pick<Route, 'key'>, except?: Attempt): boolean {
    return this.#all.some((attempt) => attempt !== except && attempt.route.key === key);
  }

  /** How many went to routes of an alias. */
  countOf(alias: string): number {
    let count = 0;
    for (const { route } of this.#all) if (route.alias.name === alias) count++;
    return count;
  }

  /** Whether a route must not be tried again for this exchange. */
  isSpent({ key }: Route): boolean {
    return this.#all.some(({ route, isSpent }) => isSpent && route.key === key);
  }

  /** Whether the dead keep-alive connection of an attempt at a route was redone. */
  wasRedone({ key }: Route): boolean {
    return this.#all.some(({ route, wasRedone }) => wasRedone && route.key === key);
  }

  /** Whether a route's model has said that the conversation is too long for it, under whatever backend of the alias. */
  isTooLongFor(route: Route): boolean {
    return this.#all.some((attempt) => attempt.failure?.kind === 'context_length' && isOneWindow(attempt.route, route));
  }

  abort(reason: Aborted): void {
    for (const attempt of this.#all) attempt.abort(reason);
  }

  /** Lets go of what they hold, if nothing else has ended them: a bug must not cost a backend its slots. */
  abandon(): void {
    for (const attempt of this.#all) attempt.abandon();
  }
}

/** What was given up for another attempt tells nothing. */
function hasLost({ failure }: Attempt): boolean {
  return failure?.kind === 'hedge_lost';
}

/**
 * Routes of an alias that name one model have one window. `openai/gpt-5` is another name than `gpt-5`: a reseller may have
 * another window for it, and a try for nothing costs less than a route that is left out.
 */
function isOneWindow(one: Route, other: Route): boolean {
  if (one.key === other.key) return true;
  return one.alias.name === other.alias.name && one.model.toLowerCase() === other.model.toLowerCase();
}
