import type { BackendLive, Pace } from '../core/route.ts';
import type { Clock } from '../lib/clock.ts';
import type { Backend } from '../core/route.ts';
import { Cooldowns } from './cooldown.ts';
import type { CooldownListener } from './cooldown.ts';
import { demoTransport } from './demo-transport.ts';
import { httpTransport } from './http.ts';

type Transport = Pick<Backend, 'send' | 'probe'>;

/** What is known of the backends from their traffic, by name; it outlives every snapshot, so a reload forgets nothing. */
export class LiveBackends {
  readonly cooldowns: Cooldowns;
  readonly #backends = new Map<string, BackendLive>();
  readonly #paces = new Map<string, Pace>();
  readonly #turns = new Map<string, number[]>();
  readonly #transports = new Map<string, Transport>();

  constructor(clock: Clock, listener: CooldownListener) {
    this.cooldowns = new Cooldowns(clock, listener);
  }

  backend(name: string): BackendLive {
    return remembered(this.#backends, name, () => ({ inFlight: 0 }));
  }

  /** `key` is the route's, its model as the config has it. */
  pace(key: string): Pace {
    return remembered(this.#paces, key, () => ({ ewmaMs: 0, wholeAnswers: 0 }));
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
