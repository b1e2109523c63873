import type { OperationLive, PastFailure } from '../core/backend-live.ts';
import { Lease } from '../core/lease.ts';
import type { Clock } from '../lib/clock.ts';

/** Told of each change of state, once. */
export interface CooldownListener {
  cooling(operation: OperationLive, untilWallMs: number, failure: string): void;
  recovered(operation: OperationLive): void;
}

/** Which request has met a failure, and what the provider said. */
export type Cause = Pick<PastFailure, 'traceId' | 'message'>;

/**
 * Which operations of a model at a backend rest after a failure. One cools until its time is over, is then half open
 * (one request at a time goes through), and is up again with the first success. Undefined stands for one that has never
 * failed.
 */
export class Cooldowns {
  constructor(
    private readonly clock: Clock,
    private readonly listener: CooldownListener,
  ) {}

  /** True if a request may be sent now: the operation is up, or half open with nothing under way. */
  admits(operation: OperationLive | undefined): boolean {
    if (operation?.coolingUntil === undefined) return true;
    return this.clock.now() >= operation.coolingUntil && !operation.trial;
  }

  /** To be called when a request is sent: the trial of a half-open operation, to be settled with the attempt. Undefined for one that is up. */
  beginTrial(operation: OperationLive | undefined): Lease | undefined {
    return operation?.coolingUntil === undefined || !this.admits(operation) ? undefined : trialOf(operation);
  }

  /** Lets the operation cool for `durationMs`; returns until when, on the wall. A cooldown is never made shorter. */
  blame(operation: OperationLive, durationMs: number, failure: string, cause?: Cause): number {
    const now = this.clock.now();
    const wasUntil = operation.coolingUntil ?? now;
    const until = Math.max(wasUntil, now + durationMs);
    // One that is half open and stays so has not changed.
    const changes = operation.coolingUntil === undefined || (wasUntil <= now && until > now);
    operation.coolingUntil = until;
    operation.since = now;
    operation.lastFailure = { failure, at: this.clock.wallNow(), ...cause };
    const untilWall = this.clock.wallNow() + (until - now);
    if (changes) this.listener.cooling(operation, untilWall, failure);
    return untilWall;
  }

  /** A request that was sent at `sentAt` (monotonic) was served to the end. */
  succeed(operation: OperationLive | undefined, sentAt: number): void {
    if (operation?.coolingUntil === undefined || sentAt < operation.since) return;
    operation.coolingUntil = undefined;
    this.listener.recovered(operation);
  }
}

function trialOf(operation: OperationLive): Lease {
  operation.trial = true;
  return new Lease(() => {
    operation.trial = false;
  });
}
