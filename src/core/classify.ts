import type { Failure, FailureKind, HeldAnswer } from './failure.ts';
import { CONSEQUENCES } from './failure.ts';
import { parseHttpDate } from '../lib/http-date.ts';

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

/**
 * Whose account a backend answers for: the gateway's, whose key or signature went up; the client's own, whose key was
 * passed on; or nobody's, where neither has one.
 */
export type Account = 'gateway' | 'client' | 'nobody';

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
export function classifyAnswer(
  answer: HeldAnswer,
  error: UpstreamError | undefined,
  rules: DetectionRules,
  account: Account = 'gateway',
): Failure {
  const status = meantStatus(answer.status, error);
  const named = kindOf(status, error);
  // Who sends no key, or a wrong one, is at fault itself where it is the client's key that counts.
  const kind = named === 'refused' && account !== 'gateway' ? 'client_refused' : named;
  const text = () => (isSuccess(answer.status) ? JSON.stringify(error?.object ?? null) : beginning(answer.body));
  const detected = isListed(status, rules) || isListed(answer.status, rules) || matchesPattern(text, rules);
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

/**
 * OpenAI's `retry-after-ms`, or `Retry-After` as RFC 9110 has it: whole seconds or a date. In milliseconds; undefined for
 * anything else. A date is a moment of the backend's clock, which the answer's own `Date` tells.
 */
export function retryAfterMs(headers: Headers, wallNow = Date.now()): number | undefined {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && /^\d+(\.\d+)?$/.test(ms)) return Number.parseFloat(ms);
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = parseHttpDate(value);
  if (until === undefined) return undefined;
  const now = parseHttpDate(headers.get('date') ?? '') ?? wallNow;
  return Math.max(0, until - now);
}

function atMost(most: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(most, value);
}

function kindOf(status: number, error: UpstreamError | undefined): FailureKind {
  const named = wordOf(error, ({ kind }) => kind);
  if (named !== undefined) return named;
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500 || status === 408) return 'server_error';
  if (status === 401 || status === 402 || status === 403) return 'refused';
  if (status === 404) return 'not_found';
  return 'bad_request';
}

/** The status that an answer stands for: its own or its error's, unless a word says better. */
function meantStatus(answered: number, error: UpstreamError | undefined): number {
  const status = isSuccess(answered)
    ? (error?.status ?? wordOf(error, (word) => word.status) ?? SAYS_NOTHING)
    : answered;
  return wordOf(error, (word) => (word.insteadOf === status ? word.status : undefined)) ?? status;
}

/** An error inside a 2xx answer that says nothing known is the server's. */
const SAYS_NOTHING = 500;

function wordOf<T>(error: UpstreamError | undefined, of: (word: Word) => T | undefined): T | undefined {
  for (const name of [error?.code, error?.type]) {
    const word = name === undefined ? undefined : WORDS.get(name);
    const found = word === undefined ? undefined : of(word);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a code or a type says. */
interface Word {
  /** What it stands for inside a 2xx answer. */
  readonly status: number;
  /** The row of the failure table, where the status does not tell. */
  readonly kind?: FailureKind;
  /** The status that it corrects. */
  readonly insteadOf?: number;
}

const tooLong: Word = { status: 400, kind: 'context_length' };
const filtered: Word = { status: 400, kind: 'content_filter' };
const overloaded: Word = { status: 503, kind: 'overloaded' };

/** The words of all dialects, codes and types alike. */
const WORDS: ReadonlyMap<string, Word> = new Map<string, Word>(
  Object.entries({
    // OpenAI and those that are compatible
    rate_limit_exceeded: { status: 429 },
    too_many_requests: { status: 429 },
    insufficient_quota: { status: 429, kind: 'refused' },
    server_is_overloaded: overloaded,
    server_overloaded: overloaded,
    service_unavailable: { status: 503 },
    context_length_exceeded: tooLong,
    context_window_exceeded: tooLong,
    content_filter: filtered,
    content_policy_violation: filtered,
    ResponsibleAIPolicyViolation: filtered,
    moderation_blocked: filtered,
    invalid_api_key: { status: 401 },
    model_not_found: { status: 404 },
    // Another backend may be the one that keeps it.
    previous_response_not_found: { status: 404, kind: 'bad_request', insteadOf: 400 },
    // Anthropic
    invalid_request_error: { status: 400 },
    authentication_error: { status: 401 },
    billing_error: { status: 402 },
    permission_error: { status: 403 },
    not_found_error: { status: 404 },
    request_too_large: { status: 413 },
    rate_limit_error: { status: 429 },
    api_error: { status: 500 },
    timeout_error: { status: 504 },
    overloaded_error: overloaded,
    model_context_window_exceeded: tooLong,
    // Google
    INVALID_ARGUMENT: { status: 400 },
    UNAUTHENTICATED: { status: 401 },
    PERMISSION_DENIED: { status: 403 },
    NOT_FOUND: { status: 404 },
    RESOURCE_EXHAUSTED: { status: 429 },
    UNAVAILABLE: { status: 503 },
    DEADLINE_EXCEEDED: { status: 504 },
    // Google answers a bad key with 400.
    API_KEY_INVALID: { status: 401, insteadOf: 400 },
  } satisfies Record<string, Word>),
);

function isListed(status: number, { statuses }: DetectionRules): boolean {
  return statuses.some(({ from, to }) => status >= from && status <= to);
}

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
