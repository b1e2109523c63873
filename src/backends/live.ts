import type { Config } from '../config/schema.ts';
import type { Backend } from '../core/route.ts';
import { BackendLive } from '../core/backend-live.ts';
import { demoTransport } from './demo-transport.ts';
import { httpTransport } from './http.ts';

type Transport = Pick<Backend, 'send' | 'probe'>;

/** What is known of the backends from their traffic, by name; it outlives every snapshot, so a reload forgets nothing. */
export class LiveBackends {
  readonly #backends = new Map<string, BackendLive>();
  readonly #turns = new Map<string, number[]>();
  readonly #transports = new Map<string, Transport>();

  /** `onRoom` is told when a full backend has a free slot again. */
  constructor(private readonly onRoom: (backend: BackendLive) => void) {}

  /**
   * Forgets what no route of the config now in force leads to, and what was learnt at an address or with a key that a
   * backend no longer has. Returns the backends that so start anew.
   */
  follow(before: Config, { backends, models }: Config): string[] {
    const ways = new Set(backends.map(({ name, url }) => wayOf(name, url)));
    for (const way of this.#transports.keys()) if (!ways.has(way)) this.#transports.delete(way);
    for (const alias of this.#turns.keys()) if (!Object.hasOwn(models, alias)) this.#turns.delete(alias);
    const routes = Object.values(models).flatMap((alias) => alias.routes);
    for (const live of this.#backends.values())
      live.keepModels(new Set(routes.flatMap(({ backend, model }) => (backend === live.name ? [model] : []))));
    const changed = backends.filter(({ name, url, api_key: key }) => {
      const earlier = before.backends.find((one) => one.name === name);
      return earlier !== undefined && (earlier.url !== url || earlier.api_key !== key);
    });
    return changed.flatMap(({ name }) => (this.backend(name).startAnew() ? [name] : []));
  }

  backend(name: string): BackendLive {
    return remembered(this.#backends, name, () => new BackendLive(name, this.onRoom));
  }

  turns(alias: string): number[] {
    return remembered(this.#turns, alias, () => []);
  }

  /** The way to the backend at `url`. Connections are a backend's own, so that no other's keys or TLS settings meet in them. */
  transport(name: string, url: string): Transport {
    return remembered(this.#transports, wayOf(name, url), () =>
      url === 'demo:' ? demoTransport() : httpTransport(url),
    );
  }
}

function wayOf(name: string, url: string): string {
  return `${name}\0${url}`;
}

function remembered<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
