import type { Failure, FailureKind, HeldAnswer } from './failure.ts';
import { CONSEQUENCES } from './failure.ts';

/** An error as a dialect read it from a body. */
export interface UpstreamError {
  readonly type: string | undefined;
  readonly code: string | undefined;
  /** For the client alone; never for a log, since it may quote the prompt. */
  readonly message?: string | undefined;
  /** A status that the error itself names. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The error as it stood in the body. */
  readonly object: unknown;
}

/** Which answers of an upstream are failures to route around. */
export interface DetectionRules {
  readonly statuses: readonly { readonly from: number; readonly to: number }[];
  /** Lower case. */
  readonly patterns: readonly string[];
}

/** How much of an error body is looked at. */
const LOOK_AT_BYTES = 64 * 1024;
/** A backend that asks for more time than a day is asked again after a day. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;
/** Types and codes are words; what is longer is something else, and does not belong into a log. */
const MAX_DETAIL_CHARS = 100;

/**
 * Classifies an answer that is no success, or a 2xx one that holds an error (then `error` is given). By status, type
 * and code alone; the message only ever meets the user's own patterns.
 */
export function classifyAnswer(answer: HeldAnswer, error: UpstreamError | undefined, rules: DetectionRules): Failure {
  const status = isSuccess(answer.status) ? statusOf(error) : answer.status;
  const kind = kindOf(status, error);
  const text = () => (isSuccess(answer.status) ? JSON.stringify(error?.object ?? null) : beginning(answer.body));
  const detected = rules.statuses.some(({ from, to }) => status >= from && status <= to) || matchesPattern(text, rules);
  return {
    kind,
    status: answer.status,
    meantStatus: status,
    error,
    detail: (error?.code ?? error?.type)?.slice(0, MAX_DETAIL_CHARS),
    retryAfterMs: atMost(MAX_RETRY_AFTER_MS, retryAfterMs(answer.headers) ?? error?.retryAfterMs),
    // A context length error goes to a larger model whatever the rules say; a content filter's verdict stands.
    routedAround:
      kind === 'context_length' || (detected && (CONSEQUENCES[kind].nextRoute || CONSEQUENCES[kind].nextAlias)),
    answer,
  };
}

/** `Retry-After` (seconds or a date) and OpenAI's `retry-after-ms`, in milliseconds. */
export function retryAfterMs(headers: Headers, wallNow = Date.now()): number | undefined {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && /^\d+(\.\d+)?$/.test(ms)) return Number.parseFloat(ms);
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number.parseFloat(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallNow);
}

function atMost(most: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(most, value);
}

function kindOf(status: number, error: UpstreamError | undefined): FailureKind {
  const named = KINDS.get(error?.code ?? '') ?? KINDS.get(error?.type ?? '');
  if (named !== undefined) return named;
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500 || status === 408) return 'server_error';
  if (status === 401 || status === 402 || status === 403 || status === 404) return 'refused';
  return 'bad_request';
}

/** Codes and types that say more than the status does. */
const KINDS: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>(
  Object.entries({
    context_length_exceeded: 'context_length',
    context_window_exceeded: 'context_length',
    model_context_window_exceeded: 'context_length',
    content_filter: 'content_filter',
    content_policy_violation: 'content_filter',
    ResponsibleAIPolicyViolation: 'content_filter',
    moderation_blocked: 'content_filter',
    insufficient_quota: 'refused',
    overloaded_error: 'overloaded',
    server_is_overloaded: 'overloaded',
    server_overloaded: 'overloaded',
  }),
);

/** The status that an error inside a 2xx answer stands for. An error that says nothing known is the server's. */
function statusOf(error: UpstreamError | undefined): number {
  if (error?.status !== undefined) return error.status;
  return STATUSES.get(error?.code ?? '') ?? STATUSES.get(error?.type ?? '') ?? 500;
}

const STATUSES: ReadonlyMap<string, number> = new Map<string, number>(
  Object.entries({
    rate_limit_exceeded: 429,
    rate_limit_error: 429,
    too_many_requests: 429,
    insufficient_quota: 429,
    RESOURCE_EXHAUSTED: 429,
    overloaded_error: 503,
    server_is_overloaded: 503,
    server_overloaded: 503,
    service_unavailable: 503,
    UNAVAILABLE: 503,
    timeout_error: 504,
    DEADLINE_EXCEEDED: 504,
    invalid_request_error: 400,
    INVALID_ARGUMENT: 400,
    context_length_exceeded: 400,
    content_filter: 400,
    invalid_api_key: 401,
    authentication_error: 401,
    UNAUTHENTICATED: 401,
    billing_error: 402,
    permission_error: 403,
    PERMISSION_DENIED: 403,
    not_found_error: 404,
    model_not_found: 404,
    NOT_FOUND: 404,
    request_too_large: 413,
  }),
);

function matchesPattern(text: () => string, rules: DetectionRules): boolean {
  if (rules.patterns.length === 0) return false;
  const lower = text().toLowerCase();
  return rules.patterns.some((pattern) => lower.includes(pattern));
}

function beginning(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, LOOK_AT_BYTES));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
