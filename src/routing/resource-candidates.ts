import type { Attempt } from '../core/attempt.ts';
import type { Endpoint, Exchange } from '../core/exchange.ts';
import type { Failure } from '../core/failure.ts';
import type { Alias, Backend, Route } from '../core/route.ts';
import { NO_ALIAS, routeKey } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import type { Candidate, Candidates, Done, ReportedFailure } from './candidates.ts';
import { refuseDraining } from './draining.ts';
import { locate, unknownId, type Located } from './locate.ts';

/** Ids that providers give are word characters; nothing that could climb out of a backend's base. */
const PATH_SAFE = /^[\w-]{1,200}$/;

/**
 * The candidates of a request for what a provider keeps (a response, by its id): the backend that made it. If nobody
 * knows which one that was, or it is gone from the config, and all callers are one, each backend of the dialect is asked,
 * until one answers well; but nothing is ended or deleted on the off chance. Throws a Refusal if there is none to ask.
 */
export function resourceCandidates(exchange: Exchange, client: Protocol, context: Context): Candidates {
  const id = exchange.endpoint?.resource ?? '';
  const located = locate(id, exchange, context);
  const backends = located === undefined ? [] : backendsFor(located, exchange, client, context);
  if (located === undefined || backends.length === 0) throw unknownId(id);
  refuseDraining(backends);
  const inUse = backends.filter(({ live }) => !live.draining);
  return new ResourceCandidates(inUse, targetOf(exchange.endpoint, located.id), exchange, context);
}

class ResourceCandidates implements Candidates {
  #next = 0;
  /** What the client is to hear of. */
  #reported: ReportedFailure = { failure: undefined, answered: undefined };

  constructor(
    private readonly backends: readonly Backend[],
    private readonly target: string | undefined,
    private readonly exchange: Exchange,
    private readonly context: Context,
  ) {}

  next(): Candidate {
    const backend = this.exchange.aborted === undefined ? this.backends[this.#next++] : undefined;
    if (backend === undefined) return this.#done();
    return { type: 'attempt', route: routeTo(backend, this.context), named: undefined, target: this.target };
  }

  /** What a provider keeps is asked of one backend after the other. */
  beside(): undefined {
    return undefined;
  }

  failed(failure: Failure, attempt: Attempt): void {
    // Who does not know the id says less than who could not tell.
    if (this.#reported.failure !== undefined && failure.status === 404) return;
    const answered = failure.answer === undefined ? undefined : attempt;
    this.#reported = { failure, answered };
  }

  waited(): void {
    throw new Error('nothing is waited for here');
  }

  #done(): Done {
    return { type: 'done', isFinal: true, everyRouteTried: true, retryAfterMs: 0, reported: this.#reported };
  }
}

function backendsFor(
  { id, backend }: Located,
  { method }: Exchange,
  client: Protocol,
  { snapshot }: Context,
): readonly Backend[] {
  if (!PATH_SAFE.test(id)) return [];
  const able = [...snapshot.backends.values()].filter(({ protocols }) => protocols.includes(client.name));
  const keepers = able.filter(({ name }) => name === backend);
  if (keepers.length > 0) return keepers;
  if (snapshot.hasManyCallers) return [];
  return method === 'GET' || able.length === 1 ? able : [];
}

/** The path with the id that the provider has given, in the place of the client's. */
function targetOf(endpoint: Endpoint | undefined, id: string): string | undefined {
  return endpoint?.resource === undefined ? undefined : endpoint.target.replace(endpoint.resource, () => id);
}

/** A route that is of no alias: nothing of it is configured but the backend. */
export function routeTo(backend: Backend, { snapshot }: Context): Route {
  const alias: Alias = {
    name: NO_ALIAS,
    prefix: undefined,
    balance: 'random',
    tiers: [],
    totalMs: undefined,
    roundRobinCounts: [],
    hedge: undefined,
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
    latency: live,
    live,
  };
}
