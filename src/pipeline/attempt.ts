import { Attempt } from '../core/attempt.ts';
import type { Body, Exchange } from '../core/exchange.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import { NotCarried } from '../core/not-carried.ts';
import { Refusal } from '../core/refusal.ts';
import { quirksFor } from '../core/quirks.ts';
import type { Route, UpstreamRequest } from '../core/route.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import type { Fitted, Protocol, SystemPrompt } from '../protocols/protocol.ts';
import type { Answer } from './answer.ts';
import type { Context } from './context.ts';
import { tooComplex } from './body-work.ts';
import { hasRoomFor, NoRoom } from './buffered.ts';
import { coolingOf } from './cooling.ts';
import { cross } from './crossing.ts';
import type { Crossing, Ends } from './crossing.ts';
import { isAskedAsClient, upstreamHeaders } from './upstream-headers.ts';
import { upstreamQuery } from './upstream-query.ts';
import { readPlain } from './plain-answer.ts';
import { fail } from './settle.ts';
import type { AttemptRun } from './settle.ts';
import { otherThan, spokenTo } from './spoken.ts';
import { StreamAnswer } from './stream-answer.ts';
import { isReset, transportFailureOf } from './transport.ts';
import { WithheldValues } from './withheld-values.ts';
import { Watch } from '../core/watch.ts';
import { asObject } from '../lib/json.ts';
import { TooComplex } from '../core/work.ts';
import type { WorkLimits } from '../core/work.ts';

/** Tries one route once: sends the request as it came in, and waits until the answer is certain to be good, or is not. */
export async function tryRoute(
  route: Route,
  exchange: Exchange,
  client: Protocol,
  context: Context,
): Promise<Answer | Failure> {
  const { clock, cooldowns } = context;
  let protocol = spokenTo(route, client, exchange.endpoint?.operation ?? 'native');
  let crossing: Crossing | undefined;
  let body: UpstreamRequest['body'];
  exchange.dropped = [];
  try {
    if (protocol !== client) {
      const translation = leastLoss(route, exchange, { client, upstream: protocol }, context);
      crossing = translation.crossing;
      protocol = translation.upstream;
    }
    body = crossing?.body ?? bodyFor(route, exchange, protocol, context);
  } catch (error) {
    return notCarried(error, route, exchange, protocol);
  }
  if (crossing?.estimate !== undefined) return estimated(crossing.estimate, exchange);
  exchange.spoken = protocol.name;
  if (crossing !== undefined) exchange.dropped = crossing.dropped;
  const watch = (exchange.watch ??= new Watch(exchange, clock));
  exchange.deadlineAt = exchange.startedAt + (exchange.asked?.alias.totalMs ?? route.timeouts.totalMs);
  const attempt = new Attempt(exchange, route, clock, cooldowns.beginTrial(coolingOf(route, exchange)));
  watch.begins(attempt);
  const run: AttemptRun = {
    attempt,
    watch,
    exchange,
    protocol,
    client,
    crossing,
    context,
    sentHeaders: undefined,
    sentTarget: undefined,
    heldBefore: exchange.bufferedBytes,
  };
  let response: UpstreamAnswer | undefined;
  try {
    const request = requestFor(run, body);
    run.sentHeaders = request.headers;
    run.sentTarget = request.target;
    try {
      response = await route.backend.send(request);
    } catch (error) {
      if (!mayRedo(error, run)) throw error;
      response = await route.backend.send(request);
    }
    if (!isAnswer(response)) return fail(run, noAnswer(response));
    const result = isEventStream(response, exchange) ? await openStream(response, run) : await readPlain(response, run);
    if ('type' in result) return result;
    // Whatever is still to come of it nobody reads.
    response.body.cancel();
    return fail(run, result);
  } catch (error) {
    response?.body.cancel();
    if (error instanceof Refusal) return unsendable(error, run);
    return fail(run, transportFailureOf(error, attempt));
  }
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

/** A stream that nobody asked for can be passed on, but not translated. */
function openStream(response: UpstreamAnswer, run: AttemptRun): Promise<StreamAnswer | Failure> | Failure {
  if (run.crossing === undefined || run.exchange.stream) return StreamAnswer.open(response, run);
  return transportFailure('broken_answer', 'unasked_stream');
}

/** The translation to a dialect of the backend, or, where that loses something, to another that loses nothing. */
function leastLoss(
  route: Route,
  exchange: Exchange,
  ends: Ends,
  context: Context,
): { readonly crossing: Crossing; readonly upstream: Protocol } {
  const { client, upstream } = ends;
  let first: Crossing | undefined;
  let refused: NotCarried | undefined;
  try {
    first = crossingFor(route, exchange, ends, context);
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error;
    refused = error;
  }
  if (first !== undefined && first.dropped.length === 0) return { crossing: first, upstream };
  for (const other of otherThan(upstream, route, exchange.endpoint?.operation ?? 'native')) {
    try {
      const crossing = crossingFor(route, exchange, { client, upstream: other }, context);
      if (first === undefined || crossing.dropped.length === 0) return { crossing, upstream: other };
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
    }
  }
  if (first === undefined) throw refused ?? new Error('a translation has neither come about nor been refused');
  return { crossing: first, upstream };
}

function crossingFor(route: Route, exchange: Exchange, ends: Ends, context: Context): Crossing {
  const { kept, snapshot } = context;
  return cross(exchange, route, ends, {
    prompt: promptFor(route, exchange, context),
    kept,
    limits: snapshot.work,
    hold: (units) => {
      if (!hasRoomFor(units, exchange, context)) throw new NoRoom();
    },
  });
}

function requestFor(run: AttemptRun, body: UpstreamRequest['body']): UpstreamRequest {
  const { attempt, watch, exchange, client, crossing, context } = run;
  const { route, signal } = attempt;
  const { method, stream, endpoint } = exchange;
  const withheld = new WithheldValues(exchange, client, context.snapshot);
  return {
    method,
    target: crossing?.target ?? targetFor(run, withheld),
    headers: upstreamHeaders(run, context.snapshot, withheld),
    body,
    signal,
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
  const refusal = error instanceof NotCarried ? refusalOf(error, route, upstream) : (tooComplex(error) ?? error);
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

function refusalOf({ field, why }: NotCarried, { backend }: Route, { name }: Protocol): Refusal {
  return new Refusal(
    'not_carried',
    `The field \`${field}\` ${why}. The backend ${backend.name} is spoken to in the dialect ${name}: leave the field out, or use a model of another backend.`,
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
  if (!isReset(error) || attempt.signal.aborted || exchange.redone?.has(route.key) === true) return false;
  if (context.clock.now() - attempt.startedAt >= CLOSED_BEFORE_MS) return false;
  (exchange.redone ??= new Set()).add(route.key);
  context.log.debug('connection was closed before an answer; redone', {
    trace_id: exchange.traceId,
    backend: route.backend.name,
  });
  return true;
}

/** The original body with the route's model and the serving alias's system prompt. */
function bodyFor(
  route: Route,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): string | Uint8Array<ArrayBuffer> | undefined {
  const { body, endpoint } = exchange;
  if (body === undefined) return undefined;
  const own = withModel(route, exchange, body, protocol);
  if (typeof own !== 'string') return own;
  const { work } = context.snapshot;
  checkGrowth(body, own, work);
  if (endpoint?.conversation !== true) return own;
  const fitted = fittedFor(route, protocol, own, body.fields);
  if (fitted.dropped.length > 0) exchange.dropped = fitted.dropped;
  const { text: readable } = fitted;
  const prompt = promptFor(route, exchange, context);
  if (prompt === undefined) return readable;
  const fields = readable === own ? body.fields : parsedAgain(readable);
  const whole = protocol.injectSystem(readable, fields, prompt, endpoint.operation);
  checkGrowth(body, whole, work);
  return whole;
}

/** A request of the backend's dialect without what the route's model would refuse of other models' turns. */
function fittedFor(route: Route, protocol: Protocol, text: string, fields: Record<string, unknown>): Fitted {
  const { model, backend } = route;
  const readable = protocol.removeForeign(text, fields, model, quirksFor(backend.quirks, model));
  const now = readable === text ? fields : parsedAgain(readable);
  return protocol.removeUnfit?.(readable, now, model) ?? { text: readable, dropped: [] };
}

function parsedAgain(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

/** What is put in wherever a key stands, and it may stand there any number of times. No text is copied before this. */
function checkGrowth({ text = '' }: Body, edited: string, { units }: WorkLimits): void {
  if (edited.length - text.length > units) throw new TooComplex('units', units, '');
}

function withModel(
  { model }: Route,
  { endpoint, caller }: Exchange,
  body: Body,
  protocol: Protocol,
): string | Uint8Array<ArrayBuffer> {
  if (endpoint?.model !== undefined) {
    const { text = '' } = body;
    return protocol.wire.renameModel?.(text, model) ?? text;
  }
  const { modelIs } = endpoint ?? {};
  // A prompt that the provider keeps has a model of its own; but not for whoever may ask for some models only.
  const isOfPrompt = modelIs === 'optional' && leavesModelToPrompt(body) && caller?.models === undefined;
  return body.withModel(modelIs === 'absent' || isOfPrompt ? undefined : model);
}

function leavesModelToPrompt({ fields }: Body): boolean {
  return fields['model'] === undefined && asObject(fields['prompt']) !== undefined;
}

/** The serving alias's system prompt. */
function promptFor(
  { alias }: Route,
  { servedName, endpoint }: Exchange,
  { snapshot, clock }: Context,
): SystemPrompt | undefined {
  if (snapshot.prompts === undefined || endpoint?.conversation !== true) return undefined;
  return snapshot.prompts.injectionFor(servedName ?? alias.name, clock.wallNow());
}

function isEventStream(response: UpstreamAnswer, exchange: Exchange): boolean {
  if (response.status < 200 || response.status > 299) return false;
  const type = response.headers.get('content-type');
  if (type === null) return exchange.stream;
  return type.startsWith('text/event-stream') || /^text\/event-stream/i.test(type);
}
