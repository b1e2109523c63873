import type { Exchange } from '../core/exchange.ts';
import type { Failure } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import type { Alias, Backend, Route } from '../core/route.ts';
import { routeKey } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { tryRoute } from './attempt.ts';
import type { Context } from './context.ts';
import type { Outcome } from './dispatch.ts';

/** What routes to kept things are called in logs and metrics, where aliases are. */
const NO_ALIAS = '-';

/**
 * Asks for what a provider keeps (a response, by its id) the backend that made it. If nobody knows which one that was,
 * or it is gone from the config, each backend of the dialect is asked, until one answers well.
 */
export async function fetchResource(exchange: Exchange, client: Protocol, context: Context): Promise<Outcome> {
  const id = exchange.endpoint?.resource ?? '';
  const able = [...context.snapshot.backends.values()].filter(({ protocols }) => protocols.includes(client.name));
  const keeper = context.stored.backendOf(id);
  const known = able.filter(({ name }) => name === keeper);
  const backends = known.length > 0 ? known : able;
  if (backends.length === 0) return { type: 'refused', refusal: unknown(id) };
  let telling: Telling | undefined;
  for (const backend of backends) {
    if (exchange.aborted !== undefined) break;
    const route = routeTo(backend, context);
    const failure = await tryRoute(route, exchange, client, context);
    if ('type' in failure) return failure;
    // Who does not know the id says less than who could not tell.
    if (telling === undefined || failure.status !== 404) telling = { failure, route };
  }
  return exhausted(telling, exchange);
}

/** The failure that the client is to hear of. */
interface Telling {
  readonly failure: Failure;
  readonly route: Route;
}

function exhausted(telling: Telling | undefined, exchange: Exchange): Outcome {
  const { failure, route } = telling ?? {};
  exchange.lastFailure = failure;
  exchange.lastAnswered = failure?.answer === undefined ? undefined : failure;
  exchange.answeredRoute = route;
  return { type: 'exhausted', failure, retryAfterMs: 0, everyRouteTried: true };
}

function unknown(id: string): Refusal {
  return new Refusal('resource_not_found', `Nothing is kept under the id \`${id.slice(0, 100)}\` at any backend.`);
}

/** A route that is of no alias: nothing of it is configured but the backend. */
function routeTo(backend: Backend, { snapshot }: Context): Route {
  const alias: Alias = {
    name: NO_ALIAS,
    prefix: undefined,
    balance: 'random',
    tiers: [],
    totalMs: undefined,
    turns: [],
  };
  const live = backend.live.model(NO_ALIAS, NO_ALIAS);
  const { timeouts } = snapshot;
  return {
    alias,
    backend,
    model: NO_ALIAS,
    modelLabel: NO_ALIAS,
    priority: 1,
    weight: 1,
    key: routeKey(backend.name, NO_ALIAS),
    timeouts,
    pace: live,
    live,
  };
}
