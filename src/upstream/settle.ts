import type { Attempt } from '../core/attempt.ts';
import { measure } from '../core/backend-live.ts';
import { classifyAnswer } from '../core/classify.ts';
import type { Exchange } from '../core/exchange.ts';
import { readGenericError } from '../core/generic-error.ts';
import type { Failure, FailureKind, HeldAnswer } from '../core/failure.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { readVendorError } from '../core/vendor-error.ts';
import { accountOf } from './account.ts';
import { isBackendsFault } from './blame.ts';
import { releaseBytes } from '../core/buffered-bytes.ts';
import type { Context } from '../context.ts';
import { coolingOf, rememberedCooling } from '../routing/cooling.ts';
import type { Translation } from '../translation/translation.ts';
import { quotesRequest } from './quotes-request.ts';
import { noteAccepted, sayRefused } from './provider-refused.ts';

/** One attempt and what it is carried out with. */
export interface AttemptContext {
  readonly attempt: Attempt;
  readonly exchange: Exchange;
  /** The upstream protocol and the dialect of the client. Mostly the same. */
  readonly protocol: Protocol;
  readonly client: Protocol;
  /** What is between them, where they differ; let go of once it has served. */
  translation: Translation | undefined;
  readonly context: Context;
  /** What went up, once it has: its headers, and its path and query after the backend's base. */
  sentHeaders: Readonly<Record<string, string>> | undefined;
  sentTarget: string | undefined;
  /** The stream was asked for token counts that its client did not ask for: what comes of them alone does not pass. */
  hidesUsage: boolean;
}

/** The backend works; it rejected the request. */
const REQUESTS_FAULT: ReadonlySet<FailureKind> = new Set(['bad_request', 'context_length', 'content_filter']);
/** After these, the route is not tried again for the same request. */
const SILENCE: ReadonlySet<FailureKind> = new Set(['connect_timeout', 'first_byte_timeout', 'read_timeout']);

/** Ends an attempt that did not serve: the operation rests if its backend is to blame. Returns the failure. */
export function fail(ongoing: AttemptContext, failure: Failure): Failure {
  const { attempt, exchange, context } = ongoing;
  if (attempt.ended) return failure;
  const { route } = attempt;
  const { kind } = failure;
  let coolingUntil: number | undefined;
  if (kind === 'own_lack' && !attempt.isActed) context.shortage.noted(failure.detail ?? kind);
  const isBlamed = isBackendsFault(ongoing, failure);
  if (kind === 'refused' && !attempt.isActed) sayRefused(ongoing, failure, isBlamed);
  if (isBlamed) {
    coolingUntil = blame(ongoing, failure);
  } else if (failure.answer !== undefined && !attempt.isActed) {
    if (REQUESTS_FAULT.has(kind)) context.cooldowns.succeed(coolingOf(route, exchange), attempt.startedAt);
    context.health.heardFrom(route.backend.live);
  }
  // An answer that may be the best there is need not be had again.
  const isKept = kind === 'generation_failed' && failure.answer !== undefined;
  attempt.isSpent = SILENCE.has(kind) || isKept || isFailedTrial(ongoing);
  attempt.end({ failure, coolingUntil });
  // Nobody will see what was read of it.
  if (failure.answer === undefined) releaseBytes(attempt, context);
  return failure;
}

/** A backend on trial is tried once, and then others; unless it is this very request that has put it there. */
function isFailedTrial({ attempt, exchange }: AttemptContext): boolean {
  return attempt.isTrial && !exchange.attempts.hasTried(attempt.route, attempt);
}

/** Notes where an answer is kept, if it is, for what will ask for it. A sealed id tells that itself. */
export function rememberKept({ exchange, translation, attempt, context }: AttemptContext): void {
  if (attempt.keptId === undefined || translation !== undefined || context.snapshot.seal !== undefined) return;
  context.owners.remember(exchange.callerId, attempt.keptId, attempt.route.backend.name);
}

/**
 * Notes that the route answers, and how soon it began to. Only its end tells whether it has served. Throws if another
 * attempt that was made at the same time has answered before.
 */
export function begun(ongoing: AttemptContext): void {
  const { attempt } = ongoing;
  attempt.race?.won(attempt);
  heard(ongoing);
}

/** Notes that the route has begun to answer, though what came may not reach the client yet. */
export function heard({ attempt, context }: AttemptContext): void {
  const { route, startedAt } = attempt;
  context.health.heardFrom(route.backend.live);
  if (context.shortage.isOn) context.shortage.over();
  const now = context.clock.now();
  attempt.firstContentMs ??= now - startedAt;
  measure(route.latency, now - startedAt, now);
}

/** Ends an attempt whose answer came whole. */
export function succeed({ attempt, exchange, context }: AttemptContext, status: number): void {
  context.cooldowns.succeed(coolingOf(attempt.route, exchange), attempt.startedAt);
  noteAccepted(attempt.route, exchange, context.clock.now());
  attempt.end({ status });
}

/** Classifies an answer that its dialect says (or its status says) is an error. */
export function classify(answer: HeldAnswer, json: unknown, ongoing: AttemptContext): Failure {
  const { protocol, context } = ongoing;
  const isSuccess = answer.status >= 200 && answer.status <= 299;
  const own = protocol.errors.read(json);
  // By its status or its event it is an error, whatever it looks like.
  const error = own ?? readVendorError(json) ?? readGenericError(json);
  const failure = classifyAnswer(answer, error, context.snapshot.detection, accountOf(ongoing));
  const { message } = failure;
  const isQuote = message !== undefined && quotesRequest(message, ongoing.exchange, ongoing.attempt.route.model);
  // A client takes a 2xx answer for a good one unless it holds an error as its dialect has it.
  const isForeign = isSuccess && own === undefined && failure.error !== undefined;
  return { ...failure, ...(isQuote ? { message: undefined } : {}), ...(isForeign ? { isForeign } : {}) };
}

function blame({ attempt, exchange, context }: AttemptContext, failure: Failure): number | undefined {
  const { cooldowns, snapshot } = context;
  const { route } = attempt;
  const { cooldownMs } = snapshot.retry;
  if (cooldownMs === undefined) return undefined;
  const asked = failure.kind === 'rate_limited' || failure.kind === 'overloaded' ? failure.retryAfterMs : undefined;
  return cooldowns.blame(rememberedCooling(route, exchange), asked ?? cooldownMs, pastFailure(failure), {
    traceId: exchange.traceId,
    message: failure.message,
  });
}

/** For operators, and for clients whose model is left alone because of it: never a provider's word. */
function pastFailure({ status, kind, detail }: Failure): string {
  if (status !== undefined) return `${status} ${kind}`;
  return detail === undefined ? kind : `${kind} (${detail})`;
}
