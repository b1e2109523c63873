import type { Attempt } from '../core/attempt.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import { takesField } from '../core/quirks.ts';
import type { UpstreamRequest } from '../core/route.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { AttemptAnswer } from './answer.ts';
import type { Context } from '../context.ts';
import { asStreamOrNot } from './answer-form.ts';
import { collectStream } from './collect-stream.ts';
import { copiedAnswer } from './copied-answer.ts';
import { coolingOf } from '../routing/cooling.ts';
import { translationFor } from '../translation/translation-for.ts';
import { deadlineOf } from '../routing/deadline.ts';
import { isAskedAsClient, upstreamHeaders } from './headers.ts';
import { upstreamQuery } from './query.ts';
import { readThrough } from './through-answer.ts';
import { readPlain } from './plain-answer.ts';
import { fail } from './settle.ts';
import type { AttemptContext } from './settle.ts';
import { prepare, unsent } from './prepare.ts';
import { StreamAnswer } from './stream-answer.ts';
import { thinks } from '../translation/thinking.ts';
import { isReset, transportFailureOf } from './transport-failure.ts';
import { WithheldValues } from './withheld-values.ts';

/** Carries out an attempt: sends the request as it came in, and waits until the answer is certain to be good, or is not. */
export async function carryOut(attempt: Attempt, client: Protocol, context: Context): Promise<AttemptAnswer | Failure> {
  const { exchange, route } = attempt;
  const prepared = prepare(attempt, client, context);
  if ('kind' in prepared) return prepared;
  const { protocol, translation, body } = prepared;
  if (translation?.estimate !== undefined) return estimated(translation.estimate, attempt);
  attempt.upstreamProtocol = protocol.name;
  attempt.outputLimit = translation?.outputLimit;
  if (route.timeouts.firstByteMs === undefined) attempt.thinks = thinks(route, exchange);
  const refusal = attempt.isActed ? undefined : exchange.leases.spending?.begins(attempt);
  if (refusal !== undefined) return overBudget(refusal, attempt, context);
  exchange.endBy(deadlineOf(exchange, route.timeouts.totalMs), context.clock);
  attempt.begin(context.cooldowns.beginTrial(coolingOf(route, exchange)));
  return sent(body, {
    attempt,
    exchange,
    protocol,
    client,
    translation,
    context,
    sentHeaders: undefined,
    sentTarget: undefined,
    hidesUsage: false,
  });
}

/** The attempt has begun: sends the body, and once more without what the gateway has put in if it is refused for that. */
async function sent(body: UpstreamRequest['body'], ongoing: AttemptContext): Promise<AttemptAnswer | Failure> {
  const { attempt, protocol, client, context } = ongoing;
  try {
    const counting = withUsage(body, ongoing);
    ongoing.hidesUsage = counting !== undefined;
    attempt.asksUsage = ongoing.hidesUsage;
    const result = await asked(counting ?? body, ongoing);
    if ('type' in result) return result;
    if (!refusesUsage(result, ongoing)) return fail(ongoing, result);
    attempt.route.backend.live.refusesUsage = true;
    ongoing.hidesUsage = false;
    attempt.asksUsage = false;
    ongoing.translation = ongoing.translation && translationFor(attempt, { client, upstream: protocol }, context);
    attempt.watch.begins();
    const again = await asked(ongoing.translation?.body ?? body, ongoing);
    return 'type' in again ? again : fail(ongoing, again);
  } catch (error) {
    if (error instanceof Refusal) return unsendable(error, ongoing);
    return fail(ongoing, transportFailureOf(error, attempt));
  }
}

/** Sends the body and waits until the answer is certain to be good, or is not. */
async function asked(body: UpstreamRequest['body'], ongoing: AttemptContext): Promise<AttemptAnswer | Failure> {
  const { attempt } = ongoing;
  const { route, exchange } = attempt;
  // What is acted out never leaves the gateway.
  const to = attempt.isActed ? (exchange.attempts.apart?.standIn(route) ?? route.backend) : route.backend;
  let response: UpstreamAnswer | undefined;
  try {
    const request = requestFor(ongoing, body);
    ongoing.sentHeaders = request.headers;
    ongoing.sentTarget = request.target;
    const copied = ongoing.exchange.delivery.bodies?.sending(ongoing.attempt, request);
    try {
      response = await to.send(request);
    } catch (error) {
      // What has begun to go up is gone.
      if (request.upload !== undefined || !mayRedo(error, ongoing)) throw error;
      response = await to.send(request);
    }
    if (copied !== undefined) response = copiedAnswer(response, copied);
    if (!isAnswer(response)) return noAnswer(response);
    const result = await read(response, ongoing);
    // Whatever is still to come of it nobody reads.
    if (!('type' in result)) response.body.cancel();
    return result;
  } catch (error) {
    response?.body.cancel();
    throw error;
  }
}

/**
 * The body with a question for the token counts of a stream that would not tell them: what a request costs has to be
 * known. Undefined where there is nothing to ask for, and where the backend is known to refuse the field.
 */
function withUsage(
  body: UpstreamRequest['body'],
  { attempt, exchange, protocol, translation }: AttemptContext,
): string | undefined {
  const { usageRequest } = protocol.stream;
  if (usageRequest === undefined || translation !== undefined || typeof body !== 'string') return undefined;
  const { stream, endpoint, body: own } = exchange;
  if (!stream || endpoint === undefined || own === undefined || !usageRequest.isFor(endpoint)) return undefined;
  const { live, quirks } = attempt.route.backend;
  if (live.refusesUsage || !takesField(quirks, usageRequest.refusedField)) return undefined;
  return usageRequest.ask(body, own.fields);
}

/**
 * Whether a backend turned the request down for the field that the gateway put in: its name is in the answer. Servers that
 * nobody has heard of may refuse what they do not know, and the client never asked for it.
 */
function refusesUsage(
  { answer }: Failure,
  { attempt, exchange, protocol, translation, hidesUsage }: AttemptContext,
): boolean {
  const { usageRequest } = protocol.stream;
  if (usageRequest === undefined || answer === undefined || (answer.status !== 400 && answer.status !== 422))
    return false;
  if (!exchange.stream || attempt.route.backend.live.refusesUsage || (translation === undefined && !hidesUsage))
    return false;
  return Buffer.from(answer.body).includes(usageRequest.refusedField);
}

/** A redirect is not followed, for it would take the key elsewhere, and not passed on, for a client would take its own there. */
function isAnswer({ status }: UpstreamAnswer): boolean {
  return status >= 200 && status <= 599 && (status < 300 || status > 399);
}

function noAnswer(response: UpstreamAnswer): Failure {
  response.body.cancel();
  return transportFailure('broken_answer', `status_${response.status}`);
}

/** Nothing was sent, for what the request names has no place in a URL of this backend. */
function unsendable(refusal: Refusal, ongoing: AttemptContext): Failure {
  ongoing.attempt.refusal = refusal;
  return fail(ongoing, transportFailure('not_carried', refusal.details.param));
}

/** What was asked for as a stream is one if it begins so, whatever its label says; what was not is read as a whole. */
function read(response: UpstreamAnswer, ongoing: AttemptContext): Promise<AttemptAnswer | Failure> {
  const { exchange } = ongoing;
  if (exchange.endpoint?.through !== undefined) return readThrough(response, ongoing);
  if (exchange.stream) return readStream(response, ongoing);
  if (!isEventStream(response)) return readPlain(response, ongoing);
  const isAnswer = exchange.endpoint?.operation === 'generate';
  return isAnswer ? collectStream(response, ongoing) : StreamAnswer.open(response, ongoing);
}

async function readStream(response: UpstreamAnswer, ongoing: AttemptContext): Promise<AttemptAnswer | Failure> {
  const { answer, isStream } = await asStreamOrNot(response, ongoing.exchange, ongoing.attempt.watch);
  return await (isStream ? StreamAnswer.open(answer, ongoing) : readPlain(answer, ongoing));
}

function requestFor(ongoing: AttemptContext, body: UpstreamRequest['body']): UpstreamRequest {
  const { attempt, exchange, client, translation, context } = ongoing;
  const { route, cancellation } = attempt;
  const { method, stream, endpoint } = exchange;
  const withheld = new WithheldValues(exchange, client, context.snapshot);
  return {
    method,
    target: translation?.target ?? targetFor(ongoing, withheld),
    headers: upstreamHeaders(ongoing, context.snapshot, withheld),
    body,
    upload: endpoint?.through?.upload,
    source: exchange.body,
    cancellation,
    call: { operation: endpoint?.operation ?? 'native', model: route.model, stream },
    connection: attempt.watch,
  };
}

/** Where a backend of the client's own dialect has what was asked for: mostly where the client asked for it. */
function targetFor(ongoing: AttemptContext, withheld: WithheldValues): string {
  const { exchange, protocol, attempt } = ongoing;
  const { endpoint, stream, body } = exchange;
  const { wire } = protocol;
  const own = exchange.query === '' ? '' : queryFor(ongoing, withheld);
  if (endpoint?.model === undefined) return (attempt.target ?? endpoint?.target ?? '') + own;
  const { model } = attempt.route;
  const address = wire.address(endpoint.operation, { model, stream, body: body?.fields }) ?? endpoint.target;
  return address.includes('?') ? address + own.replace('?', '&') : address + own;
}

function queryFor(ongoing: AttemptContext, withheld: WithheldValues): string {
  return upstreamQuery(ongoing.exchange.endpoint?.through?.query ?? ongoing.exchange.query, {
    own: ongoing.protocol.wire.ownQueryFields,
    ofPath: ongoing.exchange.endpoint?.ownQueryFields,
    through: ongoing.exchange.endpoint?.through,
    isOpen: isAskedAsClient(ongoing, ongoing.context.snapshot),
    withheld,
  });
}

/** Nothing is sent: it might cost more than is left of a budget. */
function overBudget(refusal: Refusal, attempt: Attempt, context: Context): Failure {
  return unsent(refusal, transportFailure('over_budget', refusal.details.detail), attempt, context);
}

function estimated(body: string, attempt: Attempt): AttemptAnswer {
  attempt.estimated = true;
  attempt.end({ status: 200 });
  const headers = new Headers({ 'content-type': 'application/json' });
  return { type: 'plain', attempt, status: 200, headers, body: new TextEncoder().encode(body), json: undefined };
}

/** A keep-alive connection that its server has given up closes when the request arrives, a network's way later. */
const CLOSED_BEFORE_MS = 1000;

/**
 * A connection that turns out to be closed before any byte came, most often a keep-alive one that the server had just
 * given up, is redone once at once, for nothing was wrong with the backend. One that closes later, or a second time, has
 * had the request and failed.
 */
function mayRedo(error: unknown, { attempt, exchange, context }: AttemptContext): boolean {
  const { route } = attempt;
  if (!isReset(error) || attempt.cancellation.reason !== undefined || exchange.attempts.wasRedone(route)) return false;
  if (context.clock.now() - attempt.startedAt >= CLOSED_BEFORE_MS) return false;
  attempt.wasRedone = true;
  context.log.debug('connection was closed before an answer; redone', {
    trace_id: exchange.traceId,
    backend: route.backend.name,
  });
  return true;
}

function isEventStream({ status, headers }: UpstreamAnswer): boolean {
  return status >= 200 && status <= 299 && /^text\/event-stream/i.test(headers.get('content-type') ?? '');
}
