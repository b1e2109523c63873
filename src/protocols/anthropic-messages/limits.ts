import type { LimitState, RateLimitState } from '../protocol.ts';

const PREFIX = 'anthropic-ratelimit';
/** If the total of tokens is missing, the limit of one side stands in for it. */
const TOKEN_KINDS = ['tokens', 'input-tokens', 'output-tokens'];

/** Reads `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`; resets are RFC 3339 times. */
export function readLimits(headers: Headers): RateLimitState | undefined {
  const requests = limitOf(headers, 'requests');
  const tokens = TOKEN_KINDS.map((kind) => limitOf(headers, kind)).find((state) => state !== undefined);
  return requests === undefined && tokens === undefined ? undefined : { requests, tokens };
}

/** Writes the same. */
export function limitHeaders({ requests, tokens }: RateLimitState): Record<string, string> {
  return { ...headersOf('requests', requests), ...headersOf('tokens', tokens) };
}

function limitOf(headers: Headers, kind: string): LimitState | undefined {
  const limit = count(headers.get(`${PREFIX}-${kind}-limit`));
  const remaining = count(headers.get(`${PREFIX}-${kind}-remaining`));
  const resetsAt = Date.parse(headers.get(`${PREFIX}-${kind}-reset`) ?? '');
  if (limit === undefined && remaining === undefined) return undefined;
  return { limit, remaining, resetMs: Number.isNaN(resetsAt) ? undefined : Math.max(0, resetsAt - Date.now()) };
}

function headersOf(kind: string, { limit, remaining, resetMs }: LimitState = {}): Record<string, string> {
  return {
    ...(limit === undefined ? {} : { [`${PREFIX}-${kind}-limit`]: String(limit) }),
    ...(remaining === undefined ? {} : { [`${PREFIX}-${kind}-remaining`]: String(remaining) }),
    ...(resetMs === undefined ? {} : { [`${PREFIX}-${kind}-reset`]: secondAfter(resetMs) }),
  };
}

/** The next full second after `ms` from now, as `2026-01-31T12:00:00Z`. */
function secondAfter(ms: number): string {
  const at = Math.ceil((Date.now() + ms) / 1000) * 1000;
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function count(value: string | null): number | undefined {
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}
