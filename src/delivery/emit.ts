import { retryAfterMs as readRetryAfter } from '../core/classify.ts';
import type { Exchange } from '../core/exchange.ts';
import type { HeldAnswer } from '../core/failure.ts';
import type { Refusal } from '../core/refusal.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { SLICE_BYTES, SlicedAnswer } from '../upstream/answer.ts';
import { ClientStream } from './client-stream.ts';
import type { Context } from '../context.ts';
import {
  isAnswer,
  type Exhausted,
  type LongSource,
  type Outcome,
  type PlainAnswer,
  type StreamSource,
} from '../core/outcome.ts';
import { ASKS_TO_WAIT, endingOf, noteRefusal } from './ending.ts';
import { errorOf, wholeSeconds } from './explain.ts';
import { finish } from '../records/finish.ts';
import { showTaps } from '../records/taps.ts';
import { earlyHeaders, editHeaders, ownResponse, SSE_TYPE, unbuffered, upstreamResponse } from './client-headers.ts';
import type { Addressee } from './client-headers.ts';
import { streamType } from '../translation/framing.ts';

const encoder = new TextEncoder();

/** Turns what came of the tries into the client's response. The exchange is finished with its last byte. */
export function emit(outcome: Outcome, exchange: Exchange, protocol: Protocol, context: Context): Response {
  const addressee = { exchange, protocol, context };
  if (isAnswer(outcome)) exchange.delivery.serve(outcome.attempt, context.clock.now() - exchange.startedAt);
  switch (outcome.type) {
    case 'plain':
      return plain(outcome, addressee);
    case 'long':
      return long(outcome, addressee);
    case 'stream':
      return streamed(outcome, addressee);
    case 'refused':
      return emitRefusal(outcome.refusal, exchange, protocol, context);
    case 'exhausted':
      return failed(outcome, addressee);
  }
}

function plain(answer: PlainAnswer, addressee: Addressee): Response {
  const response = held(answer, addressee);
  if (answer.isStream === true) unbuffered(response.headers);
  return response;
}

function streamed(answer: StreamSource, addressee: Addressee): Response {
  const response = upstreamResponse(ClientStream.of(Promise.resolve(answer), addressee), answer, addressee);
  const { headers } = response;
  const type = headers.get('content-type');
  // It is one because one was asked for.
  if (type === null) headers.set('content-type', streamType(addressee.protocol));
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
  noteRefusal(refusal, exchange);
  const { details } = refusal;
  const status = protocol.errors.status(refusal.status);
  const { limits: requests, tokenLimit: tokens } = details;
  const limits = (requests ?? tokens) ? protocol.wire.limitHeaders({ requests, tokens }) : {};
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
function failed(outcome: Exhausted, addressee: Addressee): Response {
  const { exchange, protocol, context } = addressee;
  const ending = endingOf(outcome, exchange, protocol);
  if (ending.type === 'refusal') return emitRefusal(ending.refusal, exchange, protocol, context);
  const { answer, error } = ending;
  const response =
    ending.type === 'answer'
      ? held(answer, addressee, outcome.answered?.upstreamProtocol)
      : translated(answer, error, addressee);
  sayWhenToRetry(response.headers, outcome, error.retryAfterMs);
  return response;
}

/** An error of another dialect, in the client's. */
function translated(answer: HeldAnswer, shown: GatewayError, addressee: Addressee): Response {
  const { exchange, protocol, context } = addressee;
  const headers = new Headers(answer.headers);
  editHeaders(headers, addressee);
  headers.set('content-type', 'application/json');
  // The body tells the request's ID as well.
  const error = { ...shown, requestId: headers.get(protocol.wire.requestIdHeader) ?? exchange.traceId };
  const { status } = error;
  const body = withoutSecrets(encoder.encode(protocol.errors.body(error)), addressee);
  ended({ status, body }, exchange, context);
  return new Response(body, { status, headers });
}

function sayWhenToRetry(headers: Headers, { everyRouteTried, answered }: Exhausted, waitMs: number | undefined): void {
  if (everyRouteTried) headers.set('x-should-retry', 'false');
  // What is no time to wait says nothing, and is read in many ways.
  if (readRetryAfter(headers) === undefined) headers.delete('retry-after');
  if (waitMs === undefined) return;
  const isOwnWish = waitMs === answered?.failure?.retryAfterMs;
  if (!isOwnWish) headers.delete('retry-after-ms');
  if (!isOwnWish || !headers.has('retry-after')) headers.set('retry-after', wholeSeconds(waitMs));
}

/** A short answer is handed over at once; of a longer one, a client that takes nothing must be noticed. */
function held(answer: HeldAnswer, addressee: Addressee, from?: string): Response {
  const { exchange, context } = addressee;
  if (answer.body.byteLength > SLICE_BYTES) {
    context.snapshot.scrubber?.scrub(answer.body);
    const body = ClientStream.of(Promise.resolve(new SlicedAnswer(answer, exchange)), addressee);
    return upstreamResponse(body, answer, addressee, from);
  }
  withoutSecrets(answer.body, addressee);
  const hasBody = answer.status !== 204 && answer.status !== 304;
  const response = upstreamResponse(hasBody ? answer.body : null, answer, addressee, from);
  ended(answer, exchange, context);
  return response;
}

/** The bytes as they go to the client, which nobody else needs. */
function withoutSecrets<Bytes extends Uint8Array>(
  bytes: Bytes,
  { exchange, context }: Pick<Addressee, 'exchange' | 'context'>,
): Bytes {
  context.snapshot.scrubber?.scrub(bytes);
  showTaps(exchange, bytes, context.log);
  return bytes;
}

/** The exchange is over: its response is whole. */
function ended({ status, body }: Pick<HeldAnswer, 'status' | 'body'>, exchange: Exchange, context: Context): void {
  exchange.delivery.status = status;
  exchange.delivery.bytesOut = body.byteLength;
  finish(exchange, context);
}

function long(answer: LongSource | SlicedAnswer, addressee: Addressee): Response {
  const { exchange } = addressee;
  const { status, headers: given } = answer;
  const response = upstreamResponse(
    ClientStream.of(Promise.resolve(answer), addressee),
    { status, headers: given },
    addressee,
  );
  const { headers } = response;
  if (exchange.endpoint?.answersJson === true && !headers.has('content-type'))
    headers.set('content-type', 'application/json');
  if (ASKS_TO_WAIT.has(status) && !headers.has('retry-after')) headers.set('retry-after', '1');
  return response;
}
