import type { LimitState, RateLimitState } from '../protocol.ts';

const KINDS = ['requests', 'tokens'] as const;

/** Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`. Resets look like `1s`, `6m0s`, `12ms`. */
export function readLimits(headers: Headers): RateLimitState | undefined {
  const [requests, tokens] = KINDS.map((kind) => {
    const limit = count(headers.get(`x-ratelimit-limit-${kind}`));
    const remaining = count(headers.get(`x-ratelimit-remaining-${kind}`));
    const resetMs = spanMs(headers.get(`x-ratelimit-reset-${kind}`));
    return limit === undefined && remaining === undefined ? undefined : { limit, remaining, resetMs };
  });
  return requests === undefined && tokens === undefined ? undefined : { requests, tokens };
}

/** Writes the same. */
export function limitHeaders(limits: RateLimitState): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const kind of KINDS) addTo(headers, kind, limits[kind]);
  return headers;
}

function addTo(headers: Record<string, string>, kind: string, state: LimitState | undefined): void {
  if (state === undefined) return;
  const { limit, remaining, resetMs } = state;
  if (limit !== undefined) headers[`x-ratelimit-limit-${kind}`] = String(limit);
  if (remaining !== undefined) headers[`x-ratelimit-remaining-${kind}`] = String(remaining);
  if (resetMs !== undefined) headers[`x-ratelimit-reset-${kind}`] = `${Math.round(resetMs) / 1000}s`;
}

function count(value: string | null): number | undefined {
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `1.5s`, `12ms`; a bare number is seconds. */
function spanMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== value) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}
