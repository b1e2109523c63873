import { Cancellation } from '../lib/cancellation.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Clock } from '../lib/clock.ts';
import { brokenAnswer } from './broken-answer.ts';
import type { Exchange } from './exchange.ts';
import { Aborted } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Lease } from './lease.ts';
import type { Route } from './route.ts';

/** `first_byte_timeout` where the config sets none. */
const FIRST_BYTE_MS = 60_000;
const THINKING_FIRST_BYTE_MS = 5 * 60_000;
/** A type is a word; what is longer is something else. */
const MOST_TYPE_CHARS = 100;

/** One counted try of one route, from sending the request to the answer's last byte. */
export class Attempt {
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly cancellation = new Cancellation();
  #ended = false;

  constructor(
    readonly exchange: Exchange,
    readonly route: Route,
    private readonly clock: Clock,
    /** The half-open trial, if the route is on one. */
    private readonly trial: Lease | undefined,
  ) {
    this.startedAt = clock.now();
    const { live } = route.backend;
    live.begin(this.startedAt);
    // The slot that was kept for this exchange is now either its own or, with another backend's first, not needed.
    exchange.letGoOfKept();
    exchange.route = route;
    exchange.attempt = this;
    exchange.attempts++;
    if (exchange.aborted !== undefined) this.cancellation.cancel(exchange.aborted);
  }

  /** Nothing more follows from what happens to it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** It is the one request that a half-open route is let have. */
  get isTrial(): boolean {
    return this.trial !== undefined;
  }

  /** How long it may take to begin an answer, in milliseconds. */
  get firstByteMs(): number {
    return this.route.timeouts.firstByteMs ?? (this.exchange.thinks ? THINKING_FIRST_BYTE_MS : FIRST_BYTE_MS);
  }

  /** The same for the log, and why it is so long. */
  get firstByteLimit(): string {
    const limit = formatDuration(this.firstByteMs);
    if (this.route.timeouts.firstByteMs !== undefined) return limit;
    return `${limit}, the default${this.exchange.thinks ? ' for thinking' : ''}`;
  }

  /** Why the gateway itself ended the attempt, if it did. */
  get aborted(): Aborted | undefined {
    const { reason } = this.cancellation;
    return reason instanceof Aborted ? reason : undefined;
  }

  /** Lets go of what it holds, if nothing else has ended it: a bug must not cost a backend its slots. */
  abandon(): void {
    this.end({ failure: brokenAnswer('abandoned') });
  }

  abort(reason: Aborted): void {
    if (!this.#ended) this.cancellation.cancel(reason);
  }

  /** Ends the attempt, once; what is still open of it at the backend is dropped. Later calls do nothing. */
  end(outcome: {
    readonly failure?: Failure;
    readonly status?: number;
    readonly coolingUntil?: number | undefined;
  }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.route.backend.live.end();
    this.trial?.settle();
    const ms = this.clock.now() - this.startedAt;
    const { failure } = outcome;
    this.exchange.elsewhereMs += ms;
    this.exchange.tries.push({
      backend: this.route.backend.name,
      model: this.route.model,
      aliasLabel: this.route.alias.name,
      modelLabel: this.route.modelLabel,
      status: failure === undefined ? outcome.status : failure.status,
      failure: failure?.kind,
      detail: failure?.detail,
      type: failure?.error?.code === undefined ? undefined : failure.error.type?.slice(0, MOST_TYPE_CHARS),
      message: failure?.told,
      ms,
      coolingUntil: outcome.coolingUntil,
    });
  }
}
