import { Attempt } from '../core/attempt.ts';
import { classifyAnswer } from '../core/classify.ts';
import type { Exchange } from '../core/exchange.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import type { Failure, HeldAnswer } from '../core/failure.ts';
import type { Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Answer } from './answer.ts';
import type { Context } from './context.ts';
import { upstreamHeaders } from './headers.ts';
import { readPlain } from './plain-answer.ts';
import { StreamAnswer } from './stream-answer.ts';
import { isReset, transportFailureOf } from './transport.ts';
import { Watch } from './watch.ts';

/** Tries one route once: sends the request as it came in, and waits until the answer is certain to be good, or is not. */
export async function tryRoute(
  route: Route,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Promise<Answer | Failure> {
  exchange.limitTo(exchange.asked?.alias.totalMs ?? route.timeouts.totalMs);
  const attempt = new Attempt(exchange, route, context.clock, context.cooldowns.beginTrial(route.key));
  const watch = new Watch(attempt, context.clock);
  const run: AttemptRun = { attempt, watch, exchange, protocol, context };
  try {
    const response = await send(run);
    watch.headersCame();
    const result = isEventStream(response, exchange)
      ? await StreamAnswer.open(response, run)
      : await readPlain(response, run);
    if ('type' in result) return result;
    return fail(run, result);
  } catch (error) {
    return fail(run, transportFailureOf(error, attempt));
  }
}

/** One attempt and what it is carried out with. */
export interface AttemptRun {
  readonly attempt: Attempt;
  readonly watch: Watch;
  readonly exchange: Exchange;
  readonly protocol: Protocol;
  readonly context: Context;
}

/** Ends an attempt that did not serve: the backend+model rests if it is to blame. Returns the failure. */
export function fail({ attempt, watch, exchange, context }: AttemptRun, failure: Failure): Failure {
  if (attempt.ended) return failure;
  const { route } = attempt;
  const { kind } = failure;
  watch.stop();
  let coolingUntil: number | undefined;
  if (failure.routedAround && CONSEQUENCES[kind].blamed) {
    coolingUntil = blame(route, failure, context);
  } else if (failure.answer !== undefined) {
    // The backend works; it is the request that it did not like.
    context.cooldowns.succeed(route.key, attempt.startedAt);
  }
  if (kind === 'connect_timeout' || kind === 'first_byte_timeout' || kind === 'read_timeout')
    exchange.silent.add(route.key);
  attempt.end({ failure, coolingUntil });
  exchange.lastFailure = failure;
  if (failure.answer !== undefined) exchange.lastAnswered = failure;
  return failure;
}

/** Notes that the route answers, and how soon it began to. */
export function succeed({ attempt, context }: AttemptRun): void {
  const { route, startedAt } = attempt;
  context.cooldowns.succeed(route.key, startedAt);
  const tookMs = context.clock.now() - startedAt;
  route.pace.ewmaMs = route.pace.ewmaMs === 0 ? tookMs : 0.8 * route.pace.ewmaMs + 0.2 * tookMs;
}

/** Classifies an answer that its dialect says (or its status says) is an error. */
export function classify(answer: HeldAnswer, json: unknown, { protocol, context }: AttemptRun): Failure {
  return classifyAnswer(answer, protocol.readError(json), context.snapshot.detection);
}

function blame(route: Route, failure: Failure, { cooldowns, snapshot }: Context): number | undefined {
  const { cooldown_seconds: seconds } = snapshot.config.fallback;
  if (seconds === 0) return undefined;
  const asked = failure.kind === 'rate_limited' || failure.kind === 'overloaded' ? failure.retryAfterMs : undefined;
  return cooldowns.blame(
    route.key,
    asked ?? seconds * 1000,
    failure.status === undefined ? failure.kind : `${failure.status} ${failure.kind}`,
  );
}

/**
 * Sends the request. A connection that turns out to be closed before any byte came, most often a keep-alive one that
 * the server had just given up, is redone once at once, for nothing was wrong with the backend.
 */
async function send({ attempt, exchange, protocol, context }: AttemptRun): Promise<Response> {
  const { route } = attempt;
  const request = {
    method: exchange.method,
    target: (exchange.endpoint?.target ?? '') + exchange.query,
    headers: upstreamHeaders(exchange, route, context.snapshot),
    body: bodyFor(attempt, protocol, context),
    signal: attempt.signal,
  };
  try {
    return await route.backend.send(request);
  } catch (error) {
    if (!isReset(error) || attempt.signal.aborted || exchange.redone.has(route.key)) throw error;
    exchange.redone.add(route.key);
    context.log.debug('connection was closed before an answer; redone', {
      trace_id: exchange.traceId,
      backend: route.backend.name,
    });
    return await route.backend.send(request);
  }
}

/** The original body with the route's model and the serving alias's system prompt. */
function bodyFor(
  { route, exchange }: Attempt,
  protocol: Protocol,
  { snapshot, clock }: Context,
): string | Uint8Array<ArrayBuffer> | undefined {
  const { body, endpoint, servedName } = exchange;
  if (body === undefined) return undefined;
  const own = body.withModel(route.model);
  if (snapshot.prompts === undefined || typeof own !== 'string' || endpoint?.conversation !== true) return own;
  const prompt = snapshot.prompts.injectionFor(servedName ?? route.alias.name, clock.wallNow());
  return prompt === undefined ? own : protocol.injectSystem(own, body.fields, prompt);
}

function isEventStream(response: Response, exchange: Exchange): boolean {
  if (response.status < 200 || response.status > 299) return false;
  const type = response.headers.get('content-type');
  return type === null ? exchange.stream : type.startsWith('text/event-stream');
}
