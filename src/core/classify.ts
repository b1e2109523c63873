import { parseHttpDate } from '../lib/http-date.ts';
import { ACCOUNT_WORDINGS } from './account-wordings.ts';
import { meaningOf } from './error-codes.ts';
import { layersOf } from './error-layers.ts';
import type { ErrorLayer } from './error-layers.ts';
import type { Failure, FailureKind, HeldAnswer } from './failure.ts';
import { CONSEQUENCES } from './failure.ts';
import { TOO_LONG_WORDINGS } from './too-long-wordings.ts';
import { loggableMessage } from './loggable-message.ts';
import type { Wording } from './wording.ts';

/** An error as a dialect read it from a body. */
export interface UpstreamError {
  readonly type: string | undefined;
  readonly code: string | undefined;
  /** For the client; for a log only where it cannot quote the prompt (see `loggable-message.ts`). */
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
  readonly patterns: readonly ErrorPattern[];
}

/** A text of the config that makes an error answer a failure to route around. */
export interface ErrorPattern {
  /** Lower case. */
  readonly match: string;
  /** The row of the failure table that it then counts as; undefined: what it is without it. */
  readonly as: FailureKind | undefined;
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
 * Classifies an answer that is no success, or a 2xx one that holds an error (then `error` is given). By status, type and
 * code; by its message only where vendors have no code, by the words of two tables, and by the user's own patterns.
 */
export function classifyAnswer(
  answer: HeldAnswer,
  error: UpstreamError | undefined,
  rules: DetectionRules,
  account: Account = 'gateway',
): Failure {
  const found = verdictOf(answer.status, error);
  const text = () => (isSuccess(answer.status) ? JSON.stringify(error?.object ?? null) : beginning(answer.body));
  const pattern = patternIn(text, rules);
  const named = pattern?.as ?? found.kind ?? kindOfStatus(found.status);
  const status = pattern?.as === undefined ? found.status : declaredStatus(pattern.as, found.status);
  // Who sends no key, or a wrong one, is at fault itself where it is the client's key that counts.
  const kind = named === 'refused' && account !== 'gateway' ? 'client_refused' : named;
  const isDetected = pattern !== undefined || isListed(status, rules) || isListed(answer.status, rules);
  const { nextRoute } = CONSEQUENCES[kind];
  return {
    kind,
    status: answer.status,
    meantStatus: status,
    error,
    detail: (error?.code ?? error?.type)?.slice(0, MAX_DETAIL_CHARS),
    // A key of the client's own is not known to whoever masks lines.
    message: account === 'client' ? undefined : wordsFor(answer, error, kind),
    retryAfterMs: atMost(MAX_RETRY_AFTER_MS, retryAfterMs(answer.headers) ?? error?.retryAfterMs),
    // A context length error goes to a larger model whatever the rules say; a content filter's verdict stands.
    routedAround: kind === 'context_length' || (isDetected && nextRoute),
    isDeclared: pattern?.as !== undefined,
    answer,
  };
}

function wordsFor({ status, body }: HeldAnswer, error: UpstreamError | undefined, kind: FailureKind) {
  const meanings = [error?.code, error?.type].map((code) => (code === undefined ? undefined : meaningOf(code)?.status));
  const namedStatus = error?.status ?? meanings.find((meant) => meant !== undefined);
  return loggableMessage({ kind, status, namedStatus, message: error?.message, body });
}

/**
 * OpenAI's `retry-after-ms`, or `Retry-After` as RFC 9110 has it: whole seconds or a date. In milliseconds; undefined for
 * anything else. A date is a moment of the backend's clock, which the answer's own `Date` tells.
 */
export function retryAfterMs(headers: Headers, wallNow = Date.now()): number | undefined {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && /^\d{1,12}(\.\d{1,12})?$/.test(ms)) return Number.parseFloat(ms);
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return value.length > MOST_DIGITS ? undefined : Number(value) * 1000;
  const until = parseHttpDate(value);
  if (until === undefined) return undefined;
  const now = parseHttpDate(headers.get('date') ?? '') ?? wallNow;
  return Math.max(0, until - now);
}

/** More are no number of seconds that anybody can mean. */
const MOST_DIGITS = 10;

function atMost(most: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(most, value);
}

/** What an upstream's code counts as, by itself: a row of the failure table; undefined for one that says nothing. */
export function kindOfCode(code: string): FailureKind | undefined {
  const meaning = meaningOf(code);
  return meaning && (meaning.kind ?? kindOfStatus(meaning.status));
}

/** Whether an error says, by a code or in words alone, that the conversation is too long for the model. */
export function saysTooLong(error: UpstreamError): boolean {
  return verdictOf(error.status ?? SAYS_NOTHING, error).kind === 'context_length';
}

/** What an error's codes and words say, where they say more than its status. */
interface Verdict {
  readonly kind: FailureKind | undefined;
  /** The status that the answer stands for: its own or its error's, unless a word says better. */
  readonly status: number;
}

/**
 * The first that tells, of codes before words and of the outermost error before those that it wraps. A conversation that
 * is too long, an account without credit and too much load are told in words alone by many vendors.
 */
function verdictOf(answered: number, error: UpstreamError | undefined): Verdict {
  const layers = error === undefined ? [] : layersOf(error);
  const status = correctedStatus(answered, error, layers);
  for (const { codes } of layers) {
    for (const code of codes) {
      const meaning = meaningOf(code);
      if (meaning?.kind !== undefined) return { kind: meaning.kind, status: fitting(meaning.kind, status, meaning) };
    }
  }
  for (const { beginnings } of layers) {
    for (const wording of wordingsFor(status)) {
      if (beginnings.some((text) => wording.begins.test(text))) {
        return { kind: wording.kind, status: fitting(wording.kind, status, wording) };
      }
    }
  }
  return { kind: undefined, status };
}

/** Words mean something only where the status leaves it open: a limit of tokens a minute is no length. */
function wordingsFor(status: number): readonly Wording[] {
  if (status === 429) return ACCOUNT_WORDINGS;
  const isOpen = status >= 500 || (status >= 400 && !SAYS_ITSELF.has(status));
  return isOpen ? ALL_WORDINGS : [];
}

const SAYS_ITSELF: ReadonlySet<number> = new Set([401, 402, 403, 404, 408, 409]);
const ALL_WORDINGS: readonly Wording[] = [...TOO_LONG_WORDINGS, ...ACCOUNT_WORDINGS];

/** The status of an answer, where it goes with its kind; the kind's where it does not. */
function fitting(kind: FailureKind, status: number, { status: meant }: { readonly status: number }): number {
  if (kind === 'context_length') return status === 413 || status === 422 ? status : 400;
  if (kind === 'refused') return [401, 402, 403, 429].includes(status) ? status : meant;
  if (kind === 'overloaded') return status === 429 || status === 529 ? status : meant;
  return status;
}

function correctedStatus(answered: number, error: UpstreamError | undefined, layers: readonly ErrorLayer[]): number {
  const meanings = (layers[0]?.codes ?? []).map(meaningOf).filter((meaning) => meaning !== undefined);
  const status = isSuccess(answered) ? (error?.status ?? meanings[0]?.status ?? SAYS_NOTHING) : answered;
  return meanings.find(({ insteadOf }) => insteadOf?.includes(status) === true)?.status ?? status;
}

/** An error inside a 2xx answer that says nothing known is the server's. */
const SAYS_NOTHING = 500;

function kindOfStatus(status: number): FailureKind {
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'overloaded';
  // Loop Detected (RFC 5842): the same request would come back again, and others may have another way.
  if (status === 508) return 'looped';
  if (status >= 500 || status === 408) return 'server_error';
  if (status === 401 || status === 402 || status === 403) return 'refused';
  if (status === 404) return 'not_found';
  return 'bad_request';
}

function isListed(status: number, { statuses }: DetectionRules): boolean {
  return statuses.some(({ from, to }) => status >= from && status <= to);
}

/** The pattern that the text holds; one that says as what it counts before one that does not. */
function patternIn(text: () => string, { patterns }: DetectionRules): ErrorPattern | undefined {
  if (patterns.length === 0) return undefined;
  const lower = text().toLowerCase();
  const held = patterns.filter(({ match }) => lower.includes(match));
  return held.find(({ as }) => as !== undefined) ?? held[0];
}

/** What the config says that an answer is has its own status, unless it came with one of that kind. */
function declaredStatus(kind: FailureKind, status: number): number {
  return kindOfStatus(status) === kind ? status : (DECLARED.get(kind) ?? status);
}

const DECLARED: ReadonlyMap<FailureKind, number> = new Map<FailureKind, number>([
  ['refused', 402],
  ['rate_limited', 429],
  ['overloaded', 503],
  ['server_error', 500],
  ['not_found', 404],
  ['bad_request', 400],
  ['context_length', 400],
  ['content_filter', 400],
]);

function beginning(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, LOOK_AT_BYTES));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
