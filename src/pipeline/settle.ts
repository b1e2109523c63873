import type { Attempt } from '../core/attempt.ts';
import { measure } from '../core/backend-live.ts';
import { classifyAnswer } from '../core/classify.ts';
import type { Exchange } from '../core/exchange.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import type { Failure, HeldAnswer } from '../core/failure.ts';
import type { Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from './context.ts';
import type { Crossing } from './crossing.ts';
import type { Watch } from '../core/watch.ts';

/** One attempt and what it is carried out with. */
export interface AttemptRun {
  readonly attempt: Attempt;
  readonly watch: Watch;
  readonly exchange: Exchange;
  /** The dialect in which the backend is spoken to, and the client's. Mostly the same. */
  readonly protocol: Protocol;
  readonly client: Protocol;
  /** What is between them, where they differ; let go of once it has served. */
  crossing: Crossing | undefined;
  readonly context: Context;
}

/** Ends an attempt that did not serve: the backend+model rests if it is to blame. Returns the failure. */
export function fail({ attempt, watch, exchange, context }: AttemptRun, failure: Failure): Failure {
  if (attempt.ended) return failure;
  const { route } = attempt;
  const { kind } = failure;
  watch.ends();
  let coolingUntil: number | undefined;
  // Whoever asks for what is kept somewhere may be wrong about the id: that is no backend's fault.
  const isOfAlias = exchange.asked !== undefined;
  if (isOfAlias && failure.routedAround && CONSEQUENCES[kind].blamed) {
    coolingUntil = blame(route, failure, context);
  } else if (failure.answer !== undefined) {
    // The backend works; it is the request that it did not like.
    context.cooldowns.succeed(route.live, attempt.startedAt);
    context.health.heardFrom(route.backend.live);
  }
  if (kind === 'connect_timeout' || kind === 'first_byte_timeout' || kind === 'read_timeout')
    (exchange.silent ??= new Set()).add(route.key);
  attempt.end({ failure, coolingUntil });
  exchange.lastFailure = failure;
  if (failure.answer !== undefined) {
    exchange.lastAnswered = failure;
    exchange.answeredRoute = route;
    exchange.answeredIn = exchange.spoken;
  }
  return failure;
}

/** Notes where an answer is kept, if it is, for what will ask for it. A sealed id tells that itself. */
export function rememberKept({ exchange, crossing, attempt, context }: AttemptRun): void {
  if (exchange.keptId === undefined || crossing !== undefined || context.snapshot.seal !== undefined) return;
  context.owners.remember(exchange.callerName, exchange.keptId, attempt.route.backend.name);
}

/** Notes that the route answers, and how soon it began to. */
export function succeed({ attempt, context }: AttemptRun): void {
  const { route, startedAt } = attempt;
  context.cooldowns.succeed(route.live, startedAt);
  context.health.heardFrom(route.backend.live);
  const now = context.clock.now();
  measure(route.pace, now - startedAt, now);
}

/** Classifies an answer that its dialect says (or its status says) is an error. */
export function classify(answer: HeldAnswer, json: unknown, { protocol, context }: AttemptRun): Failure {
  return classifyAnswer(answer, protocol.errors.read(json), context.snapshot.detection);
}

function blame(route: Route, failure: Failure, { cooldowns, snapshot }: Context): number | undefined {
  const { cooldown_seconds: seconds } = snapshot.config.fallback;
  if (seconds === 0) return undefined;
  const asked = failure.kind === 'rate_limited' || failure.kind === 'overloaded' ? failure.retryAfterMs : undefined;
  return cooldowns.blame(
    route.backend.live.remember(route.live),
    asked ?? seconds * 1000,
    failure.status === undefined ? failure.kind : `${failure.status} ${failure.kind}`,
  );
}
