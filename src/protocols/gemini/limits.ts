import type { RateLimitState } from '../protocol.ts';

/** Google tells what is left of a limit nowhere. */
export function readLimits(): RateLimitState | undefined {
  return undefined;
}

/** And its clients look for it nowhere. */
export function limitHeaders(): Readonly<Record<string, string>> {
  return {};
}
