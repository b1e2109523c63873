import { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import { UnsupportedFeatureError } from '../core/unsupported-feature-error.ts';
import { Refusal } from '../core/refusal.ts';
import { takesField } from '../core/quirks.ts';
import type { Route, UpstreamRequest } from '../core/route.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Answer } from './answer.ts';
import type { Context } from '../context.ts';
import { tooComplex } from '../core/body-work.ts';
import { asStreamOrNot } from './answer-form.ts';
import { collectStream } from './collect-stream.ts';
import { coolingOf } from '../routing/cooling.ts';
import type { Translation } from '../translation/translation.ts';
import { translationFor } from '../translation/translation-for.ts';
import { leastLoss } from '../translation/least-loss.ts';
import { deadlineOf } from '../routing/deadline.ts';
import { isAskedAsClient, upstreamHeaders } from './headers.ts';
import { upstreamQuery } from './query.ts';
import { readPlain } from './plain-answer.ts';
import { fail } from './settle.ts';
import type { AttemptRun } from './settle.ts';
import { upstreamProtocolFor } from '../translation/upstream-protocol.ts';
import { bodyFor } from './body.ts';
import { StreamAnswer } from './stream-answer.ts';
import { thinks } from '../translation/thinking.ts';
import { isReset, transportFailureOf } from './transport-failure.ts';
import { WithheldValues } from './withheld-values.ts';
import { Watch } from '../core/watch.ts';

/** Tries one route once: sends the request as it came in, and waits until the answer is certain to be good, or is not. */
export async function tryRoute(
  route: Route,
  exchange: Exchange,
  client: Protocol,
  context: Context,
): Promise<Answer | Failure> {
  const { clock, cooldowns } = context;
  let protocol = upstreamProtocolFor(route, client, exchange.endpoint?.operation ?? 'native');
  let translation: Translation | undefined;
  let body: UpstreamRequest['body'];
  exchange.dropped = [];
  try {
    if (protocol !== client) {
      const least = leastLoss(route, exchange, { client, upstream: protocol }, context);
      translation = least.translation;
      protocol = least.upstream;
    }
    body = translation?.body ?? bodyFor(route, exchange, protocol, context);
  } catch (error) {
    return notCarried(error, route, exchange, protocol);
  }
  if (translation?.estimate !== undefined) return estimated(translation.estimate, exchange);
  exchange.upstreamProtocol = protocol.name;
  if (translation !== undefined) exchange.dropped = translation.dropped;
  const watch = (exchange.watch ??= new Watch(exchange, clock));
  exchange.deadlineAt = deadlineOf(exchange, route.timeouts.totalMs);
  if (route.timeouts.firstByteMs === undefined) exchange.thinks = thinks(route, exchange);
  const attempt = new Attempt(exchange, route, clock, cooldowns.beginTrial(coolingOf(route, exchange)));
  watch.begins(attempt);
  const run: AttemptRun = {
    attempt,
    watch,
    exchange,
    protocol,
    client,
    translation,
    context,
    sentHeaders: undefined,
    sentTarget: undefined,
    hidesUsage: false,
    heldBefore: exchange.bufferedBytes,
  };
  try {
    const counting = withUsage(body, run);
    run.hidesUsage = counting !== undefined;
    const result = await asked(counting ?? body, run);
    if ('type' in result) return result;
    if (!refusesUsage(result, run)) return fail(run, result);
    route.backend.live.refusesUsage = true;
    run.hidesUsage = false;
    run.translation = translation && translationFor(route, exchange, { client, upstream: protocol }, context);
    watch.begins(attempt);
    const again = await asked(run.translation?.body ?? body, run);
    return 'type' in again ? again : fail(run, again);
  } catch (error) {
    if (error instanceof Refusal) return unsendable(error, run);
    return fail(run, transportFailureOf(error, attempt));
  }
}

/** Sends the body and waits until the answer is certain to be good, or is not. */
async function asked(body: UpstreamRequest['body'], run: AttemptRun): Promise<Answer | Failure> {
  const { backend } = run.attempt.route;
  let response: UpstreamAnswer | undefined;
  try {
    const request = requestFor(run, body);
    run.sentHeaders = request.headers;
    run.sentTarget = request.target;
    try {
      response = await backend.send(request);
    } catch (error) {
      if (!mayRedo(error, run)) throw error;
      response = await backend.send(request);
    }
    if (!isAnswer(response)) return noAnswer(response);
    const result = await read(response, run);
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
  { attempt, exchange, protocol, translation }: AttemptRun,
): string | undefined {
  const { usageRequest } = protocol.stream;
  if (usageRequest === undefined || translation !== undefined || typeof body !== 'string') return undefined;
  if (!exchange.stream || exchange.endpoint?.operation !== 'generate' || exchange.body === undefined) return undefined;
  const { live, quirks } = attempt.route.backend;
  if (live.refusesUsage || !takesField(quirks, usageRequest.refusedField)) return undefined;
  return usageRequest.ask(body, exchange.body.fields);
}

/**
 * Whether a backend turned the request down for the field that the gateway put in: its name is in the answer. Servers that
 * nobody has heard of may refuse what they do not know, and the client never asked for it.
 */
function refusesUsage(
  { answer }: Failure,
  { attempt, exchange, protocol, translation, hidesUsage }: AttemptRun,
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
function unsendable(refusal: Refusal, run: AttemptRun): Failure {
  run.exchange.notCarried = refusal;
  return fail(run, transportFailure('not_carried', refusal.details.param));
}

/** What was asked for as a stream is one if it begins so, whatever its label says; what was not is read as a whole. */
function read(response: UpstreamAnswer, run: AttemptRun): Promise<Answer | Failure> {
  const { exchange } = run;
  if (exchange.stream) return readStream(response, run);
  if (!isEventStream(response)) return readPlain(response, run);
  const isAnswer = exchange.endpoint?.operation === 'generate';
  return isAnswer ? collectStream(response, run) : StreamAnswer.open(response, run);
}

async function readStream(response: UpstreamAnswer, run: AttemptRun): Promise<Answer | Failure> {
  const { answer, isStream } = await asStreamOrNot(response, run.exchange, run.watch);
  return await (isStream ? StreamAnswer.open(answer, run) : readPlain(answer, run));
}

function requestFor(run: AttemptRun, body: UpstreamRequest['body']): UpstreamRequest {
  const { attempt, watch, exchange, client, translation, context } = run;
  const { route, cancellation } = attempt;
  const { method, stream, endpoint } = exchange;
  const withheld = new WithheldValues(exchange, client, context.snapshot);
  return {
    method,
    target: translation?.target ?? targetFor(run, withheld),
    headers: upstreamHeaders(run, context.snapshot, withheld),
    body,
    source: exchange.body,
    cancellation,
    call: { operation: endpoint?.operation ?? 'native', model: route.model, stream },
    connection: watch,
  };
}

/** Where a backend of the client's own dialect has what was asked for: mostly where the client asked for it. */
function targetFor(run: AttemptRun, withheld: WithheldValues): string {
  const { exchange, protocol, attempt } = run;
  const { endpoint, stream, body } = exchange;
  const { wire } = protocol;
  const own = exchange.query === '' ? '' : queryFor(run, withheld);
  if (endpoint?.model === undefined) return (endpoint?.target ?? '') + own;
  const { model } = attempt.route;
  const address = wire.address(endpoint.operation, { model, stream, body: body?.fields }) ?? endpoint.target;
  return address.includes('?') ? address + own.replace('?', '&') : address + own;
}

function queryFor(run: AttemptRun, withheld: WithheldValues): string {
  return upstreamQuery(run.exchange.query, {
    own: run.protocol.wire.ownQueryFields,
    ofPath: run.exchange.endpoint?.ownQueryFields,
    isOpen: isAskedAsClient(run, run.context.snapshot),
    withheld,
  });
}

/** Nothing is sent: the request, or what it asks for, has no form in the backend's dialect. */
function notCarried(error: unknown, route: Route, exchange: Exchange, upstream: Protocol): Failure {
  const refusal =
    error instanceof UnsupportedFeatureError ? refusalOf(error, route, upstream) : (tooComplex(error) ?? error);
  if (!(refusal instanceof Refusal)) throw error;
  exchange.notCarried = refusal;
  const failure = transportFailure('not_carried', refusal.details.param);
  exchange.lastFailure ??= failure;
  exchange.tries.push({
    backend: route.backend.name,
    model: route.model,
    aliasLabel: route.alias.name,
    modelLabel: route.modelLabel,
    status: undefined,
    failure: failure.kind,
    detail: failure.detail,
    ms: 0,
    coolingUntil: undefined,
  });
  return failure;
}

function refusalOf({ field, details }: UnsupportedFeatureError, { backend }: Route, { name }: Protocol): Refusal {
  return new Refusal(
    'not_carried',
    `The field \`${field}\` ${details}. The backend ${backend.name} is spoken to in the dialect ${name}: leave the field out, or use a model of another backend.`,
    { param: field },
  );
}

function estimated(body: string, exchange: Exchange): Answer {
  exchange.estimated = true;
  const headers = new Headers({ 'content-type': 'application/json' });
  return { type: 'plain', status: 200, headers, body: new TextEncoder().encode(body), json: undefined };
}

/** A keep-alive connection that its server has given up closes when the request arrives, a network's way later. */
const CLOSED_BEFORE_MS = 1000;

/**
 * A connection that turns out to be closed before any byte came, most often a keep-alive one that the server had just
 * given up, is redone once at once, for nothing was wrong with the backend. One that closes later, or a second time, has
 * had the request and failed.
 */
function mayRedo(error: unknown, { attempt, exchange, context }: AttemptRun): boolean {
  const { route } = attempt;
  if (!isReset(error) || attempt.cancellation.reason !== undefined || exchange.redone?.has(route.key) === true)
    return false;
  if (context.clock.now() - attempt.startedAt >= CLOSED_BEFORE_MS) return false;
  (exchange.redone ??= new Set()).add(route.key);
  context.log.debug('connection was closed before an answer; redone', {
    trace_id: exchange.traceId,
    backend: route.backend.name,
  });
  return true;
}

function isEventStream({ status, headers }: UpstreamAnswer): boolean {
  return status >= 200 && status <= 299 && /^text\/event-stream/i.test(headers.get('content-type') ?? '');
}
