import type { OperationLive } from '../core/backend-live.ts';
import type { Exchange } from '../core/exchange.ts';
import { operationName } from '../core/operation.ts';
import type { Route } from '../core/route.ts';
import { protocolOf } from '../protocols/registry.ts';
import { upstreamProtocolFor } from '../translation/upstream-protocol.ts';

/** What cools down where a request fails at a route; undefined while it never has. Costs nothing while nothing has failed. */
export function coolingOf(route: Route, exchange: Exchange): OperationLive | undefined {
  const { operations } = route.live;
  return operations === undefined ? undefined : operations.get(operationFor(route, exchange));
}

/** The name of what a request asks of a route's backend. */
export function operationFor(route: Route, { endpoint }: Exchange): string {
  if (endpoint === undefined) return '';
  return operationName(endpoint, upstreamProtocolFor(route, protocolOf(endpoint.protocol), endpoint.operation).name);
}
