import type { FailureKind } from '../core/failure.ts';
import type { SeededRandom } from './random.ts';

/** How an attempt went wrong. */
export interface Mishap {
  readonly kind: FailureKind;
  readonly status: number | undefined;
  readonly detail: string;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** How long the route then rests; undefined: it does not. */
  readonly cooldownMs?: number;
  readonly retryAfterMs?: number;
}

/** Something that happens for a while. Minutes are counted back from the start of the gateway. */
interface Episode {
  readonly from: number;
  readonly to: number;
  readonly backend: string;
}

/** A provider is down for seven minutes: what asks it first fails over, and the others go past it while it cools down. */
const OUTAGE: Episode = { from: 38, to: 31, backend: 'demo-anthropic' };
/** Meanwhile what took over is too much for another, so that for some nobody is left. */
const OVERRUN: Episode = { from: 36, to: 34, backend: 'demo-openai' };
/** Later that one lets in less than comes. */
const RATE_LIMITED: Episode = { from: 20, to: 16, backend: 'demo-openai' };
/** A third answers, but slowly. */
const SLOW: Episode = { from: 11, to: 8, backend: 'demo-google' };
/** One caller sends more than its key may. */
const BURST = { from: 50, to: 47, caller: 'helpdesk-summaries' };

const COOLDOWN_MS = 60_000;
/** Waits are this much longer in the slow spell. */
const SLOWNESS = 8.6;

/** What is wrong with an attempt at a backend so many minutes before the start; undefined: nothing. */
export function mishapAt(minutes: number, backend: string, random: SeededRandom): Mishap | undefined {
  if (isIn(OUTAGE, minutes, backend) && random.chance(0.94))
    return {
      kind: 'overloaded',
      status: 529,
      detail: 'overloaded_error',
      ms: random.around(610),
      cooldownMs: COOLDOWN_MS,
    };
  if (isIn(OVERRUN, minutes, backend) && random.chance(0.63))
    return {
      kind: 'server_error',
      status: 503,
      detail: 'server_error',
      ms: random.around(1900),
      cooldownMs: COOLDOWN_MS,
    };
  if (isIn(RATE_LIMITED, minutes, backend) && random.chance(0.41)) {
    const retryAfterMs = Math.ceil(random.around(9)) * 1000;
    return {
      kind: 'rate_limited',
      status: 429,
      detail: 'rate_limit_exceeded',
      ms: random.around(130),
      cooldownMs: retryAfterMs,
      retryAfterMs,
    };
  }
  if (random.chance(0.0024))
    return {
      kind: 'server_error',
      status: 500,
      detail: 'server_error',
      ms: random.around(870),
      cooldownMs: COOLDOWN_MS,
    };
  return undefined;
}

/** How much longer than usual a backend takes. */
export function slownessAt(minutes: number, backend: string): number {
  return isIn(SLOW, minutes, backend) ? SLOWNESS : 1;
}

/** Whether a caller sends more than it may just then. */
export function isBursting(minutes: number, caller: string): boolean {
  return caller === BURST.caller && minutes <= BURST.from && minutes > BURST.to;
}

/** About how many requests come in a minute: fewer in the hour before, and by the time of day. */
export function requestsAt(minutes: number, at: number): number {
  const hour = (at / 3_600_000) % 24;
  const ofDay = 0.84 + 0.16 * Math.sin(((hour - 8) / 24) * 2 * Math.PI);
  const swell = 1 + 0.13 * Math.sin(minutes / 4.7) + 0.07 * Math.sin(minutes / 1.9);
  return (minutes > 60 ? 17.3 : 27.9) * ofDay * swell;
}

function isIn({ from, to, backend: own }: Episode, minutes: number, backend: string): boolean {
  return own === backend && minutes <= from && minutes > to;
}
