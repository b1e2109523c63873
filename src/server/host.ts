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
interface Listener extends Wanted {
  readonly address: ListenAddress;
  server: Server<undefined>;
}

/** What the config wants: an address, and who answers there. */
interface Wanted {
  readonly value: string;
  readonly fetch: Fetch;
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
  async follow({ listen: value, metrics: { enabled, listen: metricsValue } }: Config): Promise<void> {
    const wanted: Wanted[] = [{ value, fetch: this.#fetch }];
    if (enabled && metricsValue !== undefined) wanted.push({ value: metricsValue, fetch: this.#metricsFetch });
    const before = [this.#main, this.#metrics].filter((one) => one !== undefined);
    const [main, metrics] = await moved(before, wanted);
    const isNew = main !== this.#main;
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

/** The listeners that are wanted, in their order: those that are there already, and new ones. All or none: the others are given up once all are open. */
async function moved(before: readonly Listener[], wanted: readonly Wanted[]): Promise<Listener[]> {
  const kept = wanted.map(({ value, fetch }) => before.find((one) => one.value === value && one.fetch === fetch));
  const old = before.filter((one) => !kept.includes(one));
  // From one interface to all, say, or two that change places: the port is taken by ourselves.
  const inTheWay = old.filter(({ address }) => wanted.some(({ value }) => clash(address, parseListen(value))));
  for (const { server } of inTheWay) void server.stop();
  const opened: Listener[] = [];
  try {
    for (const [at, one] of wanted.entries()) if (kept[at] === undefined) opened.push(await open(one));
  } catch (error) {
    for (const { server } of opened) void server.stop();
    for (const one of inTheWay) one.server = (await open(one)).server;
    throw error;
  }
  // Connections of an old address end when their requests have.
  for (const one of old) if (!inTheWay.includes(one)) void one.server.stop();
  return kept.map((one) => one ?? opened.shift()).filter((one) => one !== undefined);
}

function clash(one: ListenAddress, other: ListenAddress): boolean {
  if (one.kind === 'unix' && other.kind === 'unix') return one.path === other.path;
  return one.kind !== 'unix' && other.kind !== 'unix' && one.port === other.port && one.port !== 0;
}

async function open({ value, fetch }: Wanted): Promise<Listener> {
  const address = parseListen(value);
  try {
    return { value, fetch, address, server: await listen(address, fetch) };
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
