import type { ModelLive } from '../core/backend-live.ts';
import { rememberedOperation } from '../core/backend-live.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Failure } from '../core/failure.ts';
import type { Backend, Route } from '../core/route.ts';
import { operationFor } from '../routing/cooling.ts';
import type { AttemptContext } from './settle.ts';

/**
 * Tells the operator, once until it works again, that a provider refuses the gateway's own key or account; unless
 * `isBlamed`, it may be for what one request asked for.
 */
export function sayRefused({ attempt, exchange, context }: AttemptContext, failure: Failure, isBlamed: boolean): void {
  // What is kept is asked for at no model, of which something could be remembered.
  if (exchange.asked === undefined) return;
  const { route } = attempt;
  const { backend, modelLabel: model } = route;
  const operation = rememberedOperation(backend.live.remember(labelled(route)), operationFor(route, exchange));
  if (operation.refusedAt !== undefined) return;
  operation.refusedAt = context.clock.now();
  const { meantStatus: status = failure.status, detail: code } = failure;
  operation.lastFailure = { failure: `${status} ${failure.kind}`, at: context.clock.wallNow() };
  context.log.error("provider refuses the gateway's key or account", {
    backend: backend.name,
    model,
    operation: operation.name,
    status,
    code,
    key_end: endOf(backend),
    ...(failure.message === undefined ? {} : { message: failure.message }),
    ...(isBlamed ? {} : { may_be_the_request: true }),
    remedy: remedyFor(status),
    trace_id: exchange.traceId,
  });
}

/**
 * The provider has taken the key: when it next does not, that is said. But not again and again where it takes some
 * requests and others not.
 */
export function noteAccepted(route: Route, exchange: Exchange, now: number): void {
  const { operations } = labelled(route);
  if (operations === undefined) return;
  const operation = operations.get(operationFor(route, exchange));
  if (operation?.refusedAt !== undefined && now - operation.refusedAt > SAID_AGAIN_MS) operation.refusedAt = undefined;
}

const SAID_AGAIN_MS = 60_000;

/** What stands behind a wildcard was chosen by a client: all of it counts as one. */
function labelled({ backend, live, model, modelLabel }: Route): ModelLive {
  return model === modelLabel ? live : backend.live.model(modelLabel, modelLabel);
}

/** Of a shorter key, four characters would be too much. */
const SHORTEST_SHOWN = 8;

function endOf({ apiKey, credential }: Backend): string {
  if (apiKey !== undefined) return apiKey.length < SHORTEST_SHOWN ? '(too short to show)' : apiKey.slice(-4);
  return credential === 'none' ? '(signed by the account)' : '(none in api_key)';
}

function remedyFor(status: number | undefined): string {
  switch (status) {
    case 401:
      return 'Put a valid key into api_key of this backend; the provider does not accept this one.';
    case 403:
      return 'Give the account access to this model at the provider; check its region and its list of addresses.';
    default:
      return 'Add credit at the provider, or raise the budget of the account.';
  }
}
