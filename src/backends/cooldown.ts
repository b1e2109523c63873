import type { ModelLive } from '../core/backend-live.ts';
import { Lease } from '../core/lease.ts';
import type { Clock } from '../lib/clock.ts';

/** Told of each change of state, once. */
export interface CooldownListener {
  cooling(model: ModelLive, untilWallMs: number, failure: string): void;
  recovered(model: ModelLive): void;
}

/**
 * Which backend+model pairs rest after a failure. A pair cools until its time is over, is then half open (one request
 * at a time goes through), and is up again with the first success.
 */
export class Cooldowns {
  constructor(
    private readonly clock: Clock,
    private readonly listener: CooldownListener,
  ) {}

  /** True if a request may be sent now: the pair is up, or half open with nothing under way. */
  admits(model: ModelLive): boolean {
    return model.coolingUntil === undefined || (this.clock.now() >= model.coolingUntil && !model.trial);
  }

  /** To be called when a request is sent: the trial of a half-open pair, to be settled with the attempt. Undefined for a pair that is up. */
  beginTrial(model: ModelLive): Lease | undefined {
    return model.coolingUntil === undefined || !this.admits(model) ? undefined : trialOf(model);
  }

  /** Lets the pair cool for `durationMs`; returns until when, on the wall. A cooldown is never made shorter. */
  blame(model: ModelLive, durationMs: number, failure: string): number {
    const now = this.clock.now();
    const wasUntil = model.coolingUntil ?? now;
    const until = Math.max(wasUntil, now + durationMs);
    // One that is half open and stays so has not changed.
    const changes = model.coolingUntil === undefined || (wasUntil <= now && until > now);
    model.coolingUntil = until;
    model.since = now;
    model.lastFailure = { failure, at: this.clock.wallNow() };
    const untilWall = this.clock.wallNow() + (until - now);
    if (changes) this.listener.cooling(model, untilWall, failure);
    return untilWall;
  }

  /** A request that was sent at `sentAt` (monotonic) was answered well. */
  succeed(model: ModelLive, sentAt: number): void {
    if (model.coolingUntil === undefined || sentAt < model.since) return;
    model.coolingUntil = undefined;
    this.listener.recovered(model);
  }
}

function trialOf(model: ModelLive): Lease {
  model.trial = true;
  return new Lease(() => {
    model.trial = false;
  });
}
