import type { RateLimitState } from '../protocol.ts';

/** Google does not report what is left of a limit. */
export function readLimits(): RateLimitState | undefined {
  return undefined;
}

/** Its clients do not look for limits. */
export function limitHeaders(): Readonly<Record<string, string>> {
  return {};
}
