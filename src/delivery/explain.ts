import type { Exchange } from '../core/exchange.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import type { Failure, FailureKind, HeldAnswer } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import type { AttemptRecord } from '../core/record.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import { attemptRecordsOf } from '../records/record-of.ts';
import { routesFor } from '../routing/aliases.ts';
import { coolingOf } from '../routing/cooling.ts';
import type { Exhausted } from '../core/outcome.ts';

/**
 * The upstream's answer that the client of a request gets which nothing served: the last one. Undefined where it gets a
 * refusal instead: nobody answered, or a provider refused the gateway's key, which the client would take for its own.
 */
export function answerToPassOn({ answered }: Exhausted, { aborted }: Exchange): HeldAnswer | undefined {
  const failure = answered?.failure;
  if (aborted !== undefined || failure === undefined || isGatewaysRefusal(failure)) return undefined;
  return failure.answer;
}

/** Answers that the rules do not route around go to the client as they are, whatever they say. */
function isGatewaysRefusal({ kind, routedAround }: Failure): boolean {
  return kind === 'refused' && routedAround;
}

/** The refusal that tells the client why no upstream's answer could be given to it. */
export function refusalOf(outcome: Exhausted, exchange: Exchange): Refusal {
  const { failure, answered, everyRouteTried, retryAfterMs } = outcome;
  const headers: Record<string, string> = everyRouteTried ? { 'x-should-retry': 'false' } : {};
  if (exchange.aborted === undefined && answered?.failure?.kind === 'refused') {
    const words =
      'The key of this request is not at fault: tell the operator of the gateway, whose log says what to do.';
    return new Refusal('provider_refused', `${explain(exchange)} ${words}`, { headers });
  }
  if (failure === undefined) {
    const detail = unavailable(exchange);
    return new Refusal('no_backend_available', explain(exchange, `no backend is available for it: ${detail}`), {
      headers: { ...headers, 'retry-after': wholeSeconds(retryAfterMs) },
      detail,
    });
  }
  const isOwn = failure.kind === 'not_carried' || failure.kind === 'over_budget';
  const refusal = isOwn ? exchange.attempts.lastRefusal : undefined;
  if (refusal !== undefined) return refusal;
  const { status, code } = CONSEQUENCES[failure.kind];
  if (status === 429 || status === 503) headers['retry-after'] = wholeSeconds(retryAfterMs);
  return new Refusal(code, explain(exchange), { status, headers });
}

/** A refusal as the client's dialect is to write it. */
export function errorOf({ status, code, type, message, details }: Refusal, requestId: string): GatewayError {
  const { 'retry-after': seconds } = details.headers ?? {};
  const retryAfterMs = seconds === undefined ? undefined : Number(seconds) * 1000;
  return { status, message, type, code, param: details.param ?? null, retryAfterMs, requestId };
}

/** Whether it is the gateway that turned the request down, before any backend was asked. A client that left was not. */
export function isRefused({ code }: Refusal, { attempts }: Exchange): boolean {
  return attempts.sent === 0 && code !== 'client_closed_request';
}

/** Whole seconds, rounded up; a try in less than one makes no sense. */
export function wholeSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

/** What happened to a request that nothing served, for its client: each attempt in short. Never an upstream's words. */
function explain(exchange: Exchange, otherwise = ''): string {
  const name = shortened(exchange.askedName ?? '');
  const tries = attemptRecordsOf(exchange);
  if (tries.length === 0)
    return `The model \`${name}\` could not be served: ${otherwise}. Try again after the time in Retry-After.`;
  const [only] = tries;
  if (tries.length === 1 && only !== undefined) return `The model \`${name}\` could not be served: ${described(only)}.`;
  const each = tries.map((attempt, index) => `${index + 1}. ${described(attempt)}`);
  return `The model \`${name}\` could not be served by any of ${tries.length} attempts: ${each.join('; ')}.`;
}

/** Why each route of an alias, and so none, could be tried. */
function unavailable(exchange: Exchange): string {
  const { asked } = exchange;
  if (asked === undefined || asked.alias.tiers.length === 0) return 'all its routes are disabled';
  const routes = asked.alias.tiers.flatMap((tier) => routesFor(tier, asked));
  const states = routes.slice(0, MOST_ROUTES).map((route) => {
    const { backend, model } = route;
    const cooling = coolingOf(route, exchange);
    const why = cooling?.lastFailure === undefined ? '' : ` (${cooling.lastFailure.failure})`;
    const state = backend.live.draining
      ? 'is drained'
      : backend.live.dead
        ? 'is known dead'
        : cooling?.coolingUntil === undefined
          ? 'is full'
          : `is cooling down${why}`;
    return `${backend.name}/${shortened(model)} ${state}`;
  });
  return states.join('; ') + (routes.length > MOST_ROUTES ? `; and ${routes.length - MOST_ROUTES} more` : '');
}

const MOST_ROUTES = 8;

function described({ backend, model, status, failure, detail, ms }: AttemptRecord): string {
  const words = failure === undefined ? 'answered' : CONSEQUENCES[failure as FailureKind].words;
  // The provider's word for it (`invalid_api_key`) would be taken for one about the client's key.
  const word = failure === 'refused' ? undefined : detail;
  const reasons = [status, word].filter((part) => part !== undefined).join(' ');
  return `${backend}/${shortened(model)} ${words}${reasons === '' ? '' : ` (${reasons})`} after ${Math.round(ms)} ms`;
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
