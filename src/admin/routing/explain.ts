import { aliasNamed } from '../../admission/accept.ts';
import type { LimitLevel } from '../../admission/policy.ts';
import { resolveKept } from '../../admission/stored-references.ts';
import { tooComplex } from '../../core/body-work.ts';
import type { Exchange } from '../../core/exchange.ts';
import { transportFailure, type Failure } from '../../core/failure.ts';
import { Refusal } from '../../core/refusal.ts';
import { formatUsd } from '../../lib/usd.ts';
import type { Protocol } from '../../protocols/protocol.ts';
import { protocolOf } from '../../protocols/registry.ts';
import { fallbackChain } from '../../routing/aliases.ts';
import { foresee, type Foreseen, type Step } from '../../serving/foresee.ts';
import { DEFAULT_PROTOCOL } from '../../vendors/dialects.ts';
import type { AdminContext } from '../admin-context.ts';
import { callerNamed } from './caller-named.ts';
import { explainedExchange, type Question } from './explained-exchange.ts';
import { explainedRoutes, seenRoutes } from './explained-routes.ts';
import type { ExplainedLimitJson, ExplainJson, ExplainQuestion } from './explain-schema.ts';
import { isDeterministic } from './shares.ts';

/** How each attempt is supposed to fail: a failure that others are tried after, and that may pass. */
const ASSUMED: Failure = { ...transportFailure('server_error'), status: 500 };

/** What would become of a request. Nothing is sent, and nothing is taken. `live`: of a gateway that runs. */
export function explain(asked: ExplainQuestion, context: AdminContext, live: boolean): ExplainJson {
  const client = protocolOf(asked.dialect ?? DEFAULT_PROTOCOL);
  const caller = callerNamed(asked, context);
  const stream = asked.stream ?? asked.request?.['stream'] === true;
  const question: Question = { model: asked.model, client, request: asked.request, stream, caller };
  const exchange = exchangeOf(question, context);
  const unresolved = resolve(exchange, client, context);
  const named = exchange.asked;
  const met = context.rehearsals.met(exchange);
  exchange.attempts.apart = met;
  const levels = context.snapshot.policies.flatMap((policy) => policy.levels?.(exchange, context) ?? []);
  const refusal = unresolved ?? levels.find((level) => level.refusal !== undefined)?.refusal;
  const seen = named === undefined ? [] : seenRoutes(named, exchange, context);
  const { steps, beside } = foresee(exchange, client, context, ASSUMED);
  const scratch = exchangeOf(question, context);
  const routes = explainedRoutes(seen, steps, { scratch, client, context });
  const { maxRetries, backoffInitialMs, backoffMaxMs } = context.snapshot.retry;
  const isRandom = seen.some(
    ({ named: { alias } }) => alias.tiers.some(({ length }) => length > 1) && !isDeterministic(alias.balance),
  );
  return {
    live,
    alias: named?.alias.name ?? null,
    model: asked.model,
    dialect: client.name,
    stream,
    caller: caller?.name ?? null,
    team: caller?.team?.name ?? null,
    allowed: refusal === undefined && !levels.some(({ refuses }) => refuses) && steps.length > 0,
    refusal: refusal === undefined ? null : { code: refusal.code, status: refusal.status, message: refusal.message },
    input_tokens: exchange.estimatedInput,
    balance: named?.alias.balance ?? null,
    deterministic: !isRandom,
    routes,
    steps: stepsJson(steps, exchange),
    assumed_failure: '500 server_error',
    retries: { max: maxRetries, backoff_initial_ms: backoffInitialMs, backoff_max_ms: backoffMaxMs },
    hedge: hedgeOf(exchange, steps, beside),
    fallbacks: named === undefined ? [] : fallbackChain(context.snapshot, named).map(({ name }) => name),
    rehearsed: met !== undefined,
    limits: limitsJson(levels, context),
  };
}

function exchangeOf(question: Question, context: AdminContext): Exchange {
  try {
    return explainedExchange(question, context);
  } catch (error) {
    throw tooComplex(error) ?? error;
  }
}

/** Finds the alias. Returns the refusal that the client would get; what may not be used is explained all the same. */
function resolve(exchange: Exchange, client: Protocol, context: AdminContext): Refusal | undefined {
  const name = exchange.askedName ?? '';
  try {
    aliasNamed(name, exchange, context.snapshot);
    resolveKept(exchange, client, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error;
  }
}

function stepsJson(steps: readonly Step[], { asked }: Exchange): ExplainJson['steps'] {
  const tries = new Map<string, number>();
  return steps.map((step) => {
    if (step.type !== 'attempt') {
      const why =
        step.type === 'wait'
          ? 'A backoff before the next retry; at most so long.'
          : 'Only full backends are left: it waits for a slot.';
      const base = { alias: null, backend: null, model: null, retry: 0, fallback: false, why };
      return { type: step.type, at_most_ms: step.type === 'wait' ? step.ms * 2 : null, ...base };
    }
    const { route, named, prepared } = step;
    const key = `${named?.name ?? ''}\0${route.key}`;
    const retry = tries.get(key) ?? 0;
    tries.set(key, retry + 1);
    const isFallback = named !== undefined && named.name !== asked?.name;
    const isCarried = !('kind' in prepared);
    const what =
      retry > 0
        ? 'Once more, for the failure may have passed.'
        : isFallback
          ? 'A route of a fallback (L2).'
          : 'A route of the alias (L1).';
    return {
      type: 'attempt' as const,
      at_most_ms: null,
      alias: named?.name ?? null,
      backend: route.backend.name,
      model: route.model,
      retry,
      fallback: isFallback,
      why: isCarried ? what : 'It is not asked, for its dialect cannot carry the request.',
    };
  });
}

function hedgeOf({ asked }: Exchange, steps: readonly Step[], beside: Foreseen['beside']): ExplainJson['hedge'] {
  const hedge = asked?.alias.hedge;
  const first = steps.find((step) => step.type === 'attempt');
  if (hedge === undefined || first?.type !== 'attempt') return null;
  const kind = first.attempt.exchange.stream ? 'stream' : 'generate';
  const afterMs = hedge.after === 'p95' ? hedge.live.p95(first.route, kind) : hedge.after;
  const why =
    beside === undefined
      ? 'No other route may be tried beside the first.'
      : hedge.live.hasCreditWith(hedge.atMost)
        ? 'It is tried as well where the first takes longer.'
        : '`at_most` lets none through just now.';
  return { after_ms: afterMs ?? null, backend: beside?.backend.name ?? null, why };
}

function limitsJson(levels: readonly LimitLevel[], context: AdminContext): ExplainedLimitJson[] {
  return levels
    .map((level) => levelJson(level, context))
    .toSorted((a, b) => Number(b.refuses) - Number(a.refuses) || b.used - a.used);
}

function levelJson(level: LimitLevel, { clock }: AdminContext): ExplainedLimitJson {
  const { kind, limit, key, per, unit, most, left, needed, refuses, resetMs } = level;
  const text = (amount: number): string =>
    unit === 'usd' ? formatUsd(Math.round(amount)) : String(Math.round(amount));
  return {
    limit,
    kind,
    key,
    per: per ?? null,
    unit,
    most: text(most),
    left: text(left),
    needed: needed === undefined ? null : text(needed),
    used: most === 0 ? 1 : Math.round((1 - left / most) * 1000) / 1000,
    refuses,
    resets_at: resetMs === undefined ? null : new Date(clock.wallNow() + resetMs).toISOString(),
  };
}
