import { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Failure } from '../core/failure.ts';
import type { Route, UpstreamRequest } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Answer } from './answer.ts';
import type { Context } from './context.ts';
import { upstreamHeaders } from './headers.ts';
import { readPlain } from './plain-answer.ts';
import { fail } from './settle.ts';
import type { AttemptRun } from './settle.ts';
import { StreamAnswer } from './stream-answer.ts';
import { isReset, transportFailureOf } from './transport.ts';
import { Watch } from '../core/watch.ts';

/** Tries one route once: sends the request as it came in, and waits until the answer is certain to be good, or is not. */
export async function tryRoute(
  route: Route,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Promise<Answer | Failure> {
  const { clock, cooldowns } = context;
  const watch = (exchange.watch ??= new Watch(exchange, clock));
  exchange.deadlineAt = exchange.startedAt + (exchange.asked?.alias.totalMs ?? route.timeouts.totalMs);
  const attempt = new Attempt(exchange, route, clock, cooldowns.beginTrial(route.live));
  watch.begins(attempt);
  const run: AttemptRun = { attempt, watch, exchange, protocol, context };
  try {
    const request = requestFor(run);
    let response: Response;
    try {
      response = await route.backend.send(request);
    } catch (error) {
      if (!mayRedo(error, run)) throw error;
      response = await route.backend.send(request);
    }
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

function requestFor({ attempt, exchange, protocol, context }: AttemptRun): UpstreamRequest {
  return {
    method: exchange.method,
    target: (exchange.endpoint?.target ?? '') + exchange.query,
    headers: upstreamHeaders(exchange, attempt.route, context.snapshot),
    body: bodyFor(attempt, protocol, context),
    signal: attempt.signal,
  };
}

/**
 * A connection that turns out to be closed before any byte came, most often a keep-alive one that the server had just
 * given up, is redone once at once, for nothing was wrong with the backend.
 */
function mayRedo(error: unknown, { attempt, exchange, context }: AttemptRun): boolean {
  const { route } = attempt;
  if (!isReset(error) || attempt.signal.aborted || exchange.redone?.has(route.key) === true) return false;
  (exchange.redone ??= new Set()).add(route.key);
  context.log.debug('connection was closed before an answer; redone', {
    trace_id: exchange.traceId,
    backend: route.backend.name,
  });
  return true;
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
  if (type === null) return exchange.stream;
  return type.startsWith('text/event-stream') || /^text\/event-stream/i.test(type);
}
