import type { Config } from '../config/schema.ts';
import { hopMark } from '../core/hop-mark.ts';
import { routeKey } from '../core/route.ts';
import { BackendLive } from '../core/backend-live.ts';
import { HedgeLive } from '../core/hedge-live.ts';
import type { Environment } from '../lib/environment.ts';
import type { Transport, TransportPlan } from './transports/transport.ts';
import { buildTransport, identityOf } from './transports/transport.ts';

/** What is known of the backends from their traffic, by name; it outlives every snapshot, so a reload forgets nothing. */
export class LiveBackends {
  /** What `Via` calls this gateway. */
  readonly hopMark = hopMark();
  readonly #backends = new Map<string, BackendLive>();
  readonly #roundRobinCounts = new Map<string, number[]>();
  /** Of aliases that have, or had, hedging. */
  readonly #hedges = new Map<string, HedgeLive>();
  /** Ways that no config leads to any more. */
  #replaced: Transport[] = [];
  /** By the name of the backend, and behind a NUL what else of it has a way of its own. */
  readonly #transports = new Map<string, { readonly identity: string; readonly transport: Transport }>();

  /** `onRoom` is told when a full backend has a free slot again. */
  constructor(private readonly onRoom: (backend: BackendLive) => void) {}

  /**
   * Forgets what no route of the config now in force leads to, and what was learnt at an address or with a key that a
   * backend no longer has. Returns the backends that so start anew.
   */
  follow(before: Config, { backends, models }: Config): string[] {
    const names = new Set(backends.map(({ name }) => name));
    for (const key of this.#transports.keys()) if (!names.has(key.split('\0', 1)[0] ?? '')) this.#forget(key);
    for (const { retire } of this.#replaced) retire?.();
    this.#replaced = [];
    for (const alias of this.#roundRobinCounts.keys())
      if (!Object.hasOwn(models, alias)) this.#roundRobinCounts.delete(alias);
    const changed = backends.filter((backend) => {
      const earlier = before.backends.find(({ name }) => name === backend.name);
      return earlier !== undefined && wayOf(earlier) !== wayOf(backend);
    });
    this.#followHedges(models, new Set(changed.map(({ name }) => name)));
    const routes = Object.values(models).flatMap((alias) => alias.routes);
    for (const live of this.#backends.values())
      live.keepModels(new Set(routes.flatMap(({ backend, model }) => (backend === live.name ? [model] : []))));
    return changed.flatMap(({ name }) => (this.backend(name).startAnew() ? [name] : []));
  }

  backend(name: string): BackendLive {
    return remembered(this.#backends, name, () => new BackendLive(name, this.onRoom));
  }

  roundRobinCounts(alias: string): number[] {
    return remembered(this.#roundRobinCounts, alias, () => []);
  }

  hedge(alias: string): HedgeLive {
    return remembered(this.#hedges, alias, () => new HedgeLive());
  }

  /**
   * The way to a backend, which stays the same as long as the plan does. Connections are a backend's own, so that no
   * other's keys or TLS settings meet in them; requests under way keep the way that they began on. `part` tells apart
   * the ways to one backend.
   */
  transport(name: string, plan: TransportPlan, env: Environment, part?: string): Transport {
    const identity = identityOf(plan);
    const key = part === undefined ? name : `${name}\0${part}`;
    const known = this.#transports.get(key);
    if (known?.identity === identity) return known.transport;
    this.#forget(key);
    const transport = buildTransport(plan, env);
    this.#transports.set(key, { identity, transport });
    return transport;
  }

  /** What routes took elsewhere says nothing of what they take now. */
  #followHedges(models: Config['models'], changed: ReadonlySet<string>): void {
    for (const [alias, live] of this.#hedges) {
      const { hedge, routes = [] } = Object.hasOwn(models, alias) ? (models[alias] ?? {}) : {};
      if (hedge === undefined) this.#hedges.delete(alias);
      else {
        const known = routes.filter(({ backend }) => !changed.has(backend));
        live.keepRoutes(new Set(known.map(({ backend, model }) => routeKey(backend, model))));
      }
    }
  }

  /** Until another config is in force the one that is may still send by it. */
  #forget(key: string): void {
    const transport = this.#transports.get(key)?.transport;
    if (transport !== undefined) this.#replaced.push(transport);
    this.#transports.delete(key);
  }
}

/** What of a backend's config is for the gateway alone; the rest decides where requests go and who they are from. */
const OWN_KEYS: ReadonlySet<string> = new Set(
  'enabled max_concurrency keep_alive trace timeout headers quirks'.split(' '),
);

function wayOf(backend: Config['backends'][number]): string {
  return JSON.stringify(Object.entries(backend).filter(([key]) => !OWN_KEYS.has(key)));
}

function remembered<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
