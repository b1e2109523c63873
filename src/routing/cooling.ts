import type { Apart } from '../core/apart.ts';
import { rememberedOperation, type OperationLive } from '../core/backend-live.ts';
import type { Exchange } from '../core/exchange.ts';
import { operationName } from '../core/operation.ts';
import type { Route } from '../core/route.ts';
import { protocolOf } from '../protocols/registry.ts';
import { upstreamProtocolFor } from '../translation/upstream-protocol.ts';

/** What cools down where a request fails at a route; undefined while it never has. Costs nothing while nothing has failed. */
export function coolingOf(route: Route, exchange: Exchange): OperationLive | undefined {
  const { operations } = route.live;
  const { apart } = exchange.attempts;
  if (apart !== undefined && apart.covers(route)) return coolingApart(apart, route, exchange);
  return operations === undefined ? undefined : operations.get(operationFor(route, exchange));
}

/** The same, from now on among those that are known: by everybody, or where the attempt is only acted out, by nobody else. */
export function rememberedCooling(route: Route, exchange: Exchange): OperationLive {
  const { apart } = exchange.attempts;
  const operation = operationFor(route, exchange);
  if (apart !== undefined && apart.covers(route)) return apart.remembered(route, operation);
  return rememberedOperation(route.backend.live.remember(route.live), operation);
}

function coolingApart(apart: Apart, route: Route, exchange: Exchange): OperationLive | undefined {
  const operation = operationFor(route, exchange);
  return apart.cooling(route, operation, route.live.operations?.get(operation));
}

/** The name of what a request asks of a route's backend. */
export function operationFor(route: Route, { endpoint }: Exchange): string {
  if (endpoint === undefined) return '';
  return operationName(endpoint, upstreamProtocolFor(route, protocolOf(endpoint.protocol), endpoint.operation).name);
}
