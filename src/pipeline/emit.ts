import { retryAfterMs as readRetryAfter } from '../core/classify.ts';
import type { Exchange } from '../core/exchange.ts';
import { transportFailure } from '../core/failure.ts';
import type { HeldAnswer } from '../core/failure.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { SLICE_BYTES, SlicedAnswer } from './answer.ts';
import type { LongAnswer, PlainAnswer } from './answer.ts';
import { capture } from './capture.ts';
import { ClientStream } from './client-stream.ts';
import type { Way } from './client-stream.ts';
import type { Context } from './context.ts';
import type { Exhausted, Outcome } from './dispatch.ts';
import { answerToPassOn, errorOf, isRefused, refusalOf, wholeSeconds } from './explain.ts';
import { finish } from './finish.ts';
import { earlyHeaders, editHeaders, ownResponse, SSE_TYPE, unbuffered, upstreamResponse } from './client-headers.ts';
import type { StreamAnswer } from './stream-answer.ts';
import { streamType } from './framed.ts';
import { translateError } from './translate-error.ts';

const encoder = new TextEncoder();

/** Rate limits, and the two ways to say "overloaded". */
const ASKS_TO_WAIT: ReadonlySet<number> = new Set([429, 503, 529]);

/** Turns what came of the tries into the client's response. The exchange is finished with its last byte. */
export function emit(outcome: Outcome, exchange: Exchange, protocol: Protocol, context: Context): Response {
  const way = { exchange, protocol, context };
  switch (outcome.type) {
    case 'plain':
      exchange.ttftMs ??= context.clock.now() - exchange.startedAt;
      return plain(outcome, way);
    case 'long':
      return long(outcome, way);
    case 'stream':
      return streamed(outcome, way);
    case 'refused':
      return emitRefusal(outcome.refusal, exchange, protocol, context);
    case 'exhausted':
      return failed(outcome, way);
  }
}

function plain(answer: PlainAnswer, way: Way): Response {
  const response = held(answer, way);
  if (answer.isStream === true) unbuffered(response.headers);
  return response;
}

function streamed(answer: StreamAnswer, way: Way): Response {
  const response = upstreamResponse(ClientStream.of(Promise.resolve(answer), way), answer, way);
  const { headers } = response;
  const type = headers.get('content-type');
  // It is one because one was asked for.
  if (type === null) headers.set('content-type', streamType(way.protocol));
  if (type?.startsWith(SSE_TYPE) !== true) unbuffered(headers);
  return response;
}

/** The response of a stream that has kept its client waiting: headers and a comment now, whatever comes later. */
export function emitEarly(
  outcome: Promise<Outcome>,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Response {
  const headers = earlyHeaders(exchange, protocol);
  return new Response(ClientStream.of(outcome, { exchange, protocol, context }, { late: true }), {
    status: 200,
    headers,
  });
}

/** The response of a request that the gateway itself turns down, or of a bug. */
export function emitRefusal(refusal: Refusal, exchange: Exchange, protocol: Protocol, context: Context): Response {
  exchange.errorCode = refusal.code;
  exchange.refused = isRefused(refusal, exchange);
  const { details } = refusal;
  const status = protocol.errors.status(refusal.status);
  const limits = details.limits === undefined ? {} : protocol.wire.limitHeaders({ requests: details.limits });
  const body = withoutSecrets(encoder.encode(protocol.errors.body(errorOf(refusal, exchange.traceId))), {
    exchange,
    context,
  });
  const headers = { 'content-type': 'application/json', ...details.headers, ...limits };
  const response = ownResponse(body, { status, headers }, { exchange, protocol });
  ended({ status, body }, exchange, context);
  return response;
}

/** Every route was tried, or the failure is one that the client must see. */
function failed(outcome: Exhausted, way: Way): Response {
  const { exchange, protocol, context } = way;
  const answer = answerToPassOn(exchange);
  if (answer === undefined) {
    return emitRefusal(refusalOf(outcome, exchange), exchange, protocol, context);
  }
  exchange.errorCode = exchange.lastAnswered?.detail ?? exchange.lastAnswered?.kind;
  // It is this answer that the client gets, not what came of later tries.
  exchange.route = exchange.answeredRoute;
  const waitMs = waitOf(answer, outcome, exchange);
  const from = exchange.answeredIn;
  const response = from === protocol.name ? held(answer, way, from) : translated(answer, outcome, { ...way, waitMs });
  sayWhenToRetry(response.headers, outcome, exchange, waitMs);
  return response;
}

/** An error of another dialect, in the client's. */
function translated(
  answer: HeldAnswer,
  { failure }: Exhausted,
  way: Way & { readonly waitMs: number | undefined },
): Response {
  const { exchange, protocol, context, waitMs } = way;
  const headers = new Headers(answer.headers);
  editHeaders(headers, way, exchange.answeredIn);
  headers.set('content-type', 'application/json');
  const said = exchange.lastAnswered ?? failure ?? transportFailure('broken_answer');
  // The body tells the request's ID as well.
  const requestId = headers.get(protocol.wire.requestIdHeader) ?? exchange.traceId;
  const error = { ...translateError(said, protocol, requestId), retryAfterMs: waitMs };
  const { status } = error;
  const body = withoutSecrets(encoder.encode(protocol.errors.body(error)), way);
  ended({ status, body }, exchange, context);
  return new Response(body, { status, headers });
}

/** A new try in less makes no sense. */
const SOONEST_MS = 1000;

/** How long to wait before a new try, where an upstream's answer asks for that; undefined where it does not. */
function waitOf({ status }: HeldAnswer, { retryAfterMs }: Exhausted, { lastAnswered }: Exchange): number | undefined {
  if (!ASKS_TO_WAIT.has(lastAnswered?.meantStatus ?? status)) return undefined;
  // A backend's own wish holds as long as no other is due back before.
  const wished = lastAnswered?.retryAfterMs;
  const isSooner = wished === undefined || (retryAfterMs > 0 && retryAfterMs < wished);
  return isSooner ? Math.max(SOONEST_MS, retryAfterMs) : wished;
}

function sayWhenToRetry(
  headers: Headers,
  { everyRouteTried }: Exhausted,
  { lastAnswered }: Exchange,
  waitMs: number | undefined,
): void {
  if (everyRouteTried) headers.set('x-should-retry', 'false');
  // What is no time to wait says nothing, and is read in many ways.
  if (readRetryAfter(headers) === undefined) headers.delete('retry-after');
  if (waitMs === undefined) return;
  const isOwnWish = waitMs === lastAnswered?.retryAfterMs;
  if (!isOwnWish) headers.delete('retry-after-ms');
  if (!isOwnWish || !headers.has('retry-after')) headers.set('retry-after', wholeSeconds(waitMs));
}

/** A short answer is handed over at once; of a longer one, a client that takes nothing must be noticed. */
function held(answer: HeldAnswer, way: Way, from?: string): Response {
  const { exchange, context } = way;
  if (answer.body.byteLength > SLICE_BYTES) {
    context.snapshot.scrubber?.scrub(answer.body);
    const body = ClientStream.of(Promise.resolve(new SlicedAnswer(answer, exchange)), way);
    return upstreamResponse(body, answer, way, from);
  }
  withoutSecrets(answer.body, way);
  const hasBody = answer.status !== 204 && answer.status !== 304;
  const response = upstreamResponse(hasBody ? answer.body : null, answer, way, from);
  ended(answer, exchange, context);
  return response;
}

/** The bytes as they go to the client: nobody else needs them. The debug log, which masks by itself, gets them before. */
function withoutSecrets<Bytes extends Uint8Array>(
  bytes: Bytes,
  { exchange, context }: Pick<Way, 'exchange' | 'context'>,
): Bytes {
  capture(exchange, bytes);
  context.snapshot.scrubber?.scrub(bytes);
  return bytes;
}

/** The exchange is over: its response is whole. */
function ended({ status, body }: Pick<HeldAnswer, 'status' | 'body'>, exchange: Exchange, context: Context): void {
  exchange.status = status;
  exchange.bytesOut = body.byteLength;
  finish(exchange, context);
}

function long(answer: LongAnswer | SlicedAnswer, way: Way): Response {
  const { exchange, context } = way;
  exchange.ttftMs ??= context.clock.now() - exchange.startedAt;
  const { status, headers: given } = answer;
  const response = upstreamResponse(ClientStream.of(Promise.resolve(answer), way), { status, headers: given }, way);
  const { headers } = response;
  if (exchange.endpoint?.answersJson === true && !headers.has('content-type'))
    headers.set('content-type', 'application/json');
  if (ASKS_TO_WAIT.has(status) && !headers.has('retry-after')) headers.set('retry-after', '1');
  return response;
}
