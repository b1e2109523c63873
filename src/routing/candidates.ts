import type { Attempt } from '../core/attempt.ts';
import type { Failure } from '../core/failure.ts';
import type { NamedAlias, Route } from '../core/route.ts';

/** What a request does next: one attempt, a wait, or nothing more. */
export type Candidate = AttemptCandidate | Wait | Done;

/** A route to try now. */
export interface AttemptCandidate {
  readonly type: 'attempt';
  readonly route: Route;
  /** The alias by which the request has come to the route; undefined for a route of no alias. */
  readonly named: NamedAlias | undefined;
  /** The path to ask for there, where it is not the one that the client asks for. */
  readonly target?: string | undefined;
}

/** Nothing can be tried right now: wait `ms` milliseconds, or until one of the full backends has a free slot. */
export type Wait =
  { readonly type: 'wait'; readonly ms: number } | { readonly type: 'wait'; readonly ms: 'until_free' };

/** Nothing is left to try. */
export interface Done {
  readonly type: 'done';
  /** The last failure is one that the client is to see, or that no other route can help with. */
  readonly isFinal: boolean;
  readonly everyRouteTried: boolean;
  /** The earliest moment at which a new request makes sense, in milliseconds from now. */
  readonly retryAfterMs: number;
  /** What the client is to hear of, where that is not what came last. */
  readonly reported?: ReportedFailure | undefined;
}

/** What a request that nothing served has come to. */
export interface ReportedFailure {
  /** Undefined if nothing could be tried. */
  readonly failure: Failure | undefined;
  /** The attempt that a backend answered, though it failed: the client may get that answer. */
  readonly answered: Attempt | undefined;
}

/**
 * Where one request can be served, in the order in which to try. Call `next`, do what it says, and report what came of it,
 * until it is done.
 */
export interface Candidates {
  next(): Candidate;
  /**
   * A route to try beside the first attempt, which is under way: of those that would come next, the first that `isFit`.
   * Undefined if there is none, or if it is not the first. What comes of it is reported like anything else.
   */
  beside(isFit: (route: Route) => boolean): AttemptCandidate | undefined;
  /** The attempt did not serve. */
  failed(failure: Failure, attempt: Attempt): void;
  /** The wait is over; `isDue`: with what was waited for. */
  waited(isDue: boolean): void;
}
