import type { Exchange } from '../core/exchange.ts';
import { transportFailure } from '../core/failure.ts';
import type { HeldAnswer } from '../core/failure.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { SLICE_BYTES, SlicedAnswer } from './answer.ts';
import type { LongAnswer } from './answer.ts';
import { capture } from './capture.ts';
import { ClientStream } from './client-stream.ts';
import type { Way } from './client-stream.ts';
import type { Context } from './context.ts';
import type { Exhausted, Outcome } from './dispatch.ts';
import { isRefused, refusalOf, wholeSeconds } from './explain.ts';
import { finish } from './finish.ts';
import { earlyHeaders, ownResponse, upstreamResponse } from './client-headers.ts';
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
      return held(outcome, way);
    case 'long':
      return long(outcome, way);
    case 'stream':
      return upstreamResponse(ClientStream.of(Promise.resolve(outcome), way), outcome, way);
    case 'refused':
      return emitRefusal(outcome.refusal, exchange, protocol, context);
    case 'exhausted':
      return failed(outcome, way);
  }
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
  const { code, type, message, details } = refusal;
  const status = protocol.errors.status(refusal.status);
  const param = details.param ?? null;
  const limits = details.limits === undefined ? {} : protocol.wire.limitHeaders({ requests: details.limits });
  const { 'retry-after': seconds } = details.headers ?? {};
  const retryAfterMs = seconds === undefined ? undefined : Number(seconds) * 1000;
  const body = encoder.encode(protocol.errors.body({ status, message, type, code, param, retryAfterMs }));
  const headers = { 'content-type': 'application/json', ...details.headers, ...limits };
  const response = ownResponse(body, { status, headers }, { exchange, protocol });
  ended({ status, body }, exchange, context);
  return response;
}

/** Every route was tried, or the failure is one that the client must see. */
function failed(outcome: Exhausted, way: Way): Response {
  const { exchange, protocol, context } = way;
  const answer = exchange.lastAnswered?.answer;
  if (answer === undefined || exchange.aborted !== undefined) {
    return emitRefusal(refusalOf(outcome, exchange), exchange, protocol, context);
  }
  exchange.errorCode = exchange.lastAnswered?.detail ?? exchange.lastAnswered?.kind;
  // It is this answer that the client gets, not what came of later tries.
  exchange.route = exchange.answeredRoute;
  const from = exchange.answeredIn;
  const response = from === protocol.name ? held(answer, way, from) : translated(answer, outcome, way);
  sayWhenToRetry(response.headers, answer, outcome, exchange);
  return response;
}

/** An error of another dialect, in the client's. */
function translated({ headers }: HeldAnswer, { failure }: Exhausted, way: Way): Response {
  const { exchange, protocol, context } = way;
  const error = translateError(exchange.lastAnswered ?? failure ?? transportFailure('broken_answer'), protocol);
  const { status } = error;
  const body = encoder.encode(protocol.errors.body(error));
  const response = upstreamResponse(body, { status, headers }, way, exchange.answeredIn);
  response.headers.set('content-type', 'application/json');
  ended({ status, body }, exchange, context);
  return response;
}

function sayWhenToRetry(headers: Headers, { status }: HeldAnswer, outcome: Exhausted, exchange: Exchange): void {
  if (outcome.everyRouteTried) headers.set('x-should-retry', 'false');
  if (!ASKS_TO_WAIT.has(exchange.lastAnswered?.meantStatus ?? status)) return;
  // A backend's own wish holds as long as no other is due back before.
  const wished = exchange.lastAnswered?.retryAfterMs;
  if (wished === undefined || (outcome.retryAfterMs > 0 && outcome.retryAfterMs < wished)) {
    headers.set('retry-after', wholeSeconds(outcome.retryAfterMs));
    headers.delete('retry-after-ms');
  } else if (!headers.has('retry-after')) {
    headers.set('retry-after', wholeSeconds(wished));
  }
}

/** A short answer is handed over at once; of a longer one, a client that takes nothing must be noticed. */
function held(answer: HeldAnswer, way: Way, from?: string): Response {
  const { exchange, context } = way;
  if (answer.body.byteLength > SLICE_BYTES) {
    const body = ClientStream.of(Promise.resolve(new SlicedAnswer(answer, exchange)), way);
    return upstreamResponse(body, answer, way, from);
  }
  const hasBody = answer.status !== 204 && answer.status !== 304;
  const response = upstreamResponse(hasBody ? answer.body : null, answer, way, from);
  ended(answer, exchange, context);
  return response;
}

/** The exchange is over: its response is whole. */
function ended({ status, body }: Pick<HeldAnswer, 'status' | 'body'>, exchange: Exchange, context: Context): void {
  exchange.status = status;
  exchange.bytesOut = body.byteLength;
  capture(exchange, body);
  finish(exchange, context);
}

function long(answer: LongAnswer | SlicedAnswer, way: Way): Response {
  const { exchange, context } = way;
  exchange.ttftMs ??= context.clock.now() - exchange.startedAt;
  const response = upstreamResponse(ClientStream.of(Promise.resolve(answer), way), answer, way);
  const { headers } = response;
  if (ASKS_TO_WAIT.has(answer.status) && !headers.has('retry-after')) headers.set('retry-after', '1');
  return response;
}
