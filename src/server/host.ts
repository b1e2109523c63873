import type { Server } from 'bun';

import type { App } from '../app.ts';
import type { ListenAddress } from '../config/listen.ts';
import { parseListen } from '../config/listen.ts';
import type { Config } from '../config/schema.ts';
import { addressOf, listen, type Fetch } from './listen.ts';
import { metricsOnly, routeRequest } from './route-request.ts';

/** Streams that are cut off at the end of a shutdown get this long to send their last words. */
const LAST_WORDS_MS = 1000;
const POLL_MS = 20;

/** A socket that is listened on, by the `listen` value that asked for it. */
interface Listener {
  readonly value: string;
  readonly address: ListenAddress;
  server: Server<undefined>;
}

/** The gateway on its addresses: started, moved by a reload, and stopped without losing what is under way. */
export class Host {
  readonly #fetch: Fetch;
  readonly #metricsFetch: Fetch;
  #main: Listener | undefined;
  #metrics: Listener | undefined;

  constructor(private readonly app: App) {
    this.#fetch = (request, server) => routeRequest(request, server, app);
    this.#metricsFetch = (request) => metricsOnly(request, app);
  }

  /** Where clients reach the gateway: a URL, or `unix:PATH`. */
  get address(): string {
    return this.#main === undefined ? '' : addressOf(this.#main.address, this.#main.server);
  }

  /** Listens where the config says, and no more where an older one said. Rejects with a ListenError, everything as it was, if it cannot. */
  async follow(config: Config): Promise<void> {
    const { enabled, listen: metricsListen } = config.metrics;
    const main = await moved(this.#main, config.listen, this.#fetch);
    let metrics: Listener | undefined;
    try {
      if (enabled && metricsListen !== undefined)
        metrics = await moved(this.#metrics, metricsListen, this.#metricsFetch);
    } catch (error) {
      // Back to where it was.
      if (this.#main !== undefined && this.#main !== main)
        this.#main = await moved(main, this.#main.value, this.#fetch);
      else if (this.#main === undefined) await main.server.stop(true);
      throw error;
    }
    const isNew = main !== this.#main;
    retire(this.#main, main);
    retire(this.#metrics, metrics);
    this.#main = main;
    this.#metrics = metrics;
    if (isNew) this.app.log.info('listening', { address: this.address });
  }

  /** Takes no new requests, waits up to `timeoutMs` for those under way, and ends the rest. Resolves to how many those were. */
  async stop(timeoutMs: number): Promise<number> {
    const { gateway } = this.app;
    gateway.draining = true;
    await this.#idle(timeoutMs);
    const left = gateway.exchanges.size;
    if (left > 0) {
      gateway.abortAll();
      await this.#idle(LAST_WORDS_MS);
    }
    void this.#metrics?.server.stop(true);
    // Lets the last bytes out, then closes what clients keep open.
    await Promise.race([this.#main?.server.stop(), Bun.sleep(LAST_WORDS_MS)]);
    await this.#main?.server.stop(true);
    return left;
  }

  async #idle(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.app.gateway.exchanges.size > 0 && performance.now() < until) await Bun.sleep(POLL_MS);
  }
}

/** An address that cannot be listened on; the message says which and what to do. */
class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** The listener itself if it is at `value` already, else a new one there; the old one is left to be retired. */
async function moved(from: Listener | undefined, value: string, fetch: Fetch): Promise<Listener> {
  if (from?.value === value) return from;
  if (from === undefined || !samePort(from.address, parseListen(value))) return await open(value, fetch);
  // From one interface to all, or back: the port is taken by ourselves.
  void from.server.stop();
  try {
    return await open(value, fetch);
  } catch (error) {
    from.server = (await open(from.value, fetch)).server;
    throw error;
  }
}

/** Connections of an old address end when their requests have. */
function retire(old: Listener | undefined, next: Listener | undefined): void {
  if (old !== undefined && old !== next) void old.server.stop();
}

function samePort(one: ListenAddress, other: ListenAddress): boolean {
  return one.kind !== 'unix' && other.kind !== 'unix' && one.port === other.port && one.port !== 0;
}

async function open(value: string, fetch: Fetch): Promise<Listener> {
  const address = parseListen(value);
  try {
    return { value, address, server: await listen(address, fetch) };
  } catch (error) {
    throw new ListenError(`cannot listen on ${value}: ${reasonOf(error)}`);
  }
}

/** What the system says, in words that lead to the remedy. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return 'the address is taken: stop what listens there, or set another `listen`';
  return message ?? String(error);
}
