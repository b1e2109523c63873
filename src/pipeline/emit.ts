import type { Exchange } from '../core/exchange.ts';
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
import { clientHeaders, describeExchange } from './headers.ts';

/** Turns what came of the tries into the client's response. The exchange is finished with its last byte. */
export function emit(outcome: Outcome, exchange: Exchange, protocol: Protocol, context: Context): Response {
  switch (outcome.type) {
    case 'plain':
      exchange.ttftMs ??= context.clock.now() - exchange.startedAt;
      return held(outcome, clientHeaders(outcome.headers, exchange), { exchange, protocol, context });
    case 'long':
      return long(outcome, exchange, protocol, context);
    case 'stream': {
      const body = ClientStream.of(Promise.resolve(outcome), { exchange, protocol, context });
      return new Response(body, { status: outcome.status, headers: clientHeaders(outcome.headers, exchange) });
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
  const headers = new Headers({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-trace-id': exchange.traceId,
  });
  headers.set('x-request-id', exchange.traceId);
  return new Response(ClientStream.of(outcome, { exchange, protocol, context }, { late: true }), {
    status: 200,
    headers,
  });
}

/** The response of a request that the gateway itself turns down, or of a bug. */
export function emitRefusal(refusal: Refusal, exchange: Exchange, protocol: Protocol, context: Context): Response {
  exchange.errorCode = refusal.code;
  exchange.refused = isRefused(refusal, exchange);
  const { code, type, message, status, details } = refusal;
  const body = new TextEncoder().encode(protocol.errorBody({ message, type, code, param: details.param ?? null }));
  const headers = new Headers({
    'content-type': 'application/json',
    ...details.headers,
    'x-request-id': exchange.traceId,
  });
  return whole({ status, body }, describeExchange(headers, exchange), exchange, context);
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
  return held(answer, upstreamErrorHeaders(answer, outcome, exchange), { exchange, protocol, context });
}

function upstreamErrorHeaders(answer: HeldAnswer, outcome: Exhausted, exchange: Exchange): Headers {
  const headers = clientHeaders(answer.headers, exchange);
  if (outcome.everyRouteTried) headers.set('x-should-retry', 'false');
  if (answer.status === 429 || answer.status === 503) {
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
  const headers = clientHeaders(answer.headers, exchange);
  if ((answer.status === 429 || answer.status === 503) && !headers.has('retry-after')) headers.set('retry-after', '1');
  return new Response(body, { status: answer.status, headers });
}
