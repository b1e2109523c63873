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
import { errorOf, isRefused, refusalOf, wholeSeconds } from './explain.ts';
import { finish } from './finish.ts';
import { clientHeaders, earlyHeaders, ownHeaders } from './client-headers.ts';
import { translateError } from './translate-error.ts';

const encoder = new TextEncoder();

/** Rate limits, and the two ways to say "overloaded". */
const ASKS_TO_WAIT: ReadonlySet<number> = new Set([429, 503, 529]);

/** Turns what came of the tries into the client's response. The exchange is finished with its last byte. */
export function emit(outcome: Outcome, exchange: Exchange, protocol: Protocol, context: Context): Response {
  switch (outcome.type) {
    case 'plain':
      exchange.ttftMs ??= context.clock.now() - exchange.startedAt;
      return held(outcome, clientHeaders(outcome.headers, exchange, protocol), { exchange, protocol, context });
    case 'long':
      return long(outcome, exchange, protocol, context);
    case 'stream': {
      const body = ClientStream.of(Promise.resolve(outcome), { exchange, protocol, context });
      return new Response(body, {
        status: outcome.status,
        headers: clientHeaders(outcome.headers, exchange, protocol),
      });
    }
    case 'refused':
      return emitRefusal(outcome.refusal, exchange, protocol, context);
    case 'exhausted':
      return failed(outcome, exchange, protocol, context);
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
  const { details } = refusal;
  const status = protocol.errors.status(refusal.status);
  const limits = details.limits === undefined ? {} : protocol.wire.limitHeaders({ requests: details.limits });
  const body = encoder.encode(protocol.errors.body(errorOf(refusal)));
  const values = { 'content-type': 'application/json', ...details.headers, ...limits };
  return whole({ status, body }, ownHeaders(values, exchange, protocol), exchange, context);
}

/** Every route was tried, or the failure is one that the client must see. */
function failed(outcome: Exhausted, exchange: Exchange, protocol: Protocol, context: Context): Response {
  const answer = exchange.lastAnswered?.answer;
  if (answer === undefined || exchange.aborted !== undefined) {
    return emitRefusal(refusalOf(outcome, exchange), exchange, protocol, context);
  }
  exchange.errorCode = exchange.lastAnswered?.detail ?? exchange.lastAnswered?.kind;
  // It is this answer that the client gets, not what came of later tries.
  exchange.route = exchange.answeredRoute;
  const headers = upstreamErrorHeaders(answer, outcome, exchange, protocol);
  if (exchange.answeredIn === protocol.name) return held(answer, headers, { exchange, protocol, context });
  const error = translateError(exchange.lastAnswered ?? outcome.failure ?? transportFailure('broken_answer'), protocol);
  headers.set('content-type', 'application/json');
  return whole({ status: error.status, body: encoder.encode(protocol.errors.body(error)) }, headers, exchange, context);
}

function upstreamErrorHeaders(answer: HeldAnswer, outcome: Exhausted, exchange: Exchange, client: Protocol): Headers {
  const headers = clientHeaders(answer.headers, exchange, client, exchange.answeredIn);
  if (outcome.everyRouteTried) headers.set('x-should-retry', 'false');
  if (ASKS_TO_WAIT.has(exchange.lastAnswered?.meantStatus ?? answer.status)) {
    // A backend's own wish holds as long as no other is due back before.
    const wished = exchange.lastAnswered?.retryAfterMs;
    if (wished === undefined || (outcome.retryAfterMs > 0 && outcome.retryAfterMs < wished)) {
      headers.set('retry-after', wholeSeconds(outcome.retryAfterMs));
      headers.delete('retry-after-ms');
    } else if (!headers.has('retry-after')) {
      headers.set('retry-after', wholeSeconds(wished));
    }
  }
  return headers;
}

/** A short answer is handed over at once; of a longer one, a client that takes nothing must be noticed. */
function held(answer: HeldAnswer, headers: Headers, way: Way): Response {
  if (answer.body.byteLength <= SLICE_BYTES) return whole(answer, headers, way.exchange, way.context);
  const body = ClientStream.of(Promise.resolve(new SlicedAnswer(answer, way.exchange)), way);
  return new Response(body, { status: answer.status, headers });
}

function whole(
  answer: Pick<HeldAnswer, 'status' | 'body'>,
  headers: Headers,
  exchange: Exchange,
  context: Context,
): Response {
  exchange.status = answer.status;
  exchange.bytesOut = answer.body.byteLength;
  capture(exchange, answer.body);
  finish(exchange, context);
  const hasBody = answer.status !== 204 && answer.status !== 304;
  return new Response(hasBody ? answer.body : null, { status: answer.status, headers });
}

function long(answer: LongAnswer | SlicedAnswer, exchange: Exchange, protocol: Protocol, context: Context): Response {
  exchange.ttftMs ??= context.clock.now() - exchange.startedAt;
  const body = ClientStream.of(Promise.resolve(answer), { exchange, protocol, context });
  const headers = clientHeaders(answer.headers, exchange, protocol);
  if (ASKS_TO_WAIT.has(answer.status) && !headers.has('retry-after')) headers.set('retry-after', '1');
  return new Response(body, { status: answer.status, headers });
}
