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

  backend(name: string): BackendLive {
    return remembered(this.#backends, name, () => new BackendLive(name, this.onRoom));
  }

  turns(alias: string): number[] {
    return remembered(this.#turns, alias, () => []);
  }

  /** The way to the backend at `url`. Connections are a backend's own, so that no other's keys or TLS settings meet in them. */
  transport(name: string, url: string): Transport {
    return remembered(this.#transports, `${name}\0${url}`, () =>
      url === 'demo:' ? demoTransport() : httpTransport(url),
    );
  }
}

function remembered<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
