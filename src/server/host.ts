import type { App } from '../app.ts';
import type { ListenAddress } from '../config/listen.ts';
import { consoleListen, formatListen, parseListen } from '../config/listen.ts';
import type { Config } from '../config/schema.ts';
import { countOpenFiles, maxOpenFiles } from '../lib/open-files.ts';
import { matchEndpoint, type MatchEndpoint } from './endpoints.ts';
import { FileRoom } from './file-room.ts';
import type { RoomLevel } from './file-room.ts';
import { IdleLimit } from './idle-limit.ts';
import { boundAddress, listen, type BunServer, type Fetch, type ListenOptions } from './listen.ts';
import { metricsOnly, routeRequest } from './route-request.ts';
import { closeSocket, fileAt } from './unix-socket.ts';
import type { FileId } from './unix-socket.ts';

/** Streams that are cut off at the end of a shutdown get this long to send their last words. */
const LAST_WORDS_MS = 1000;
const POLL_MS = 20;

/** A socket that is listened on, by the `listen` value that asked for it. */
interface Listener extends Wanted {
  readonly address: ListenAddress;
  server: BunServer;
  /** The file of a Unix socket. */
  file: FileId | undefined;
  /** It has let go of its address for want of files. */
  isShut: boolean;
}

/** What the config wants: an address, who answers there, and how. */
interface Wanted extends ListenOptions {
  readonly value: string;
  readonly fetch: Fetch;
}

/** The gateway on its addresses: started, moved by a reload, and stopped without losing what is under way. */
export class Host {
  readonly #fetch: Fetch;
  readonly #metricsFetch: Fetch;
  readonly #consoleFetch: Fetch;
  readonly #idle: IdleLimit;
  readonly #room: FileRoom | undefined;
  #main: Listener | undefined;
  /** Those of their own for metrics, and for the admin API and the console. */
  #others: readonly Listener[] = [];
  /** Nobody is let in, for want of files. */
  #isShut = false;
  #level: RoomLevel = 'enough';
  /** One change of the listeners at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly app: App,
    match: MatchEndpoint = matchEndpoint,
  ) {
    const site = { app, match, listener: 'main' } as const;
    const consoleSite = { app, match, listener: 'console' } as const;
    this.#consoleFetch = (request, server, isLiteral) => routeRequest(request, server, consoleSite, isLiteral);
    this.#fetch = (request, server, isLiteral) => routeRequest(request, server, site, isLiteral);
    this.#metricsFetch = (request, server, isLiteral) => metricsOnly(request, server, app, isLiteral);
    this.#idle = new IdleLimit(app.gateway.exchanges);
    const limit = maxOpenFiles();
    if (limit !== undefined && Number.isFinite(limit)) {
      this.#room = new FileRoom({
        limit,
        count: countOpenFiles,
        onLook: (level, open, spare) => this.#onLook(level, { open_files: open, limit }, spare),
      });
      app.gateway.room.count = () => this.#room?.lookAgain();
    }
  }

  /** Where the gateway listens, with the port that it got; undefined until it does. */
  get address(): ListenAddress | undefined {
    return this.#main && boundAddress(this.#main.address, this.#main.server);
  }

  /** Listens where the config says, and no more where an older one said. Rejects with a ListenError, everything as it was, if it cannot. */
  follow(config: Config): Promise<void> {
    return this.#inTurn(() => this.#follow(config));
  }

  async #follow({ listen: value, metrics: { enabled, listen: metricsValue }, admin, server }: Config): Promise<void> {
    if (this.#isShut) await this.#openAgain();
    const options = {
      idleSeconds: this.#idle.configure(server.idle_timeout),
      socketMode: Number.parseInt(server.socket_mode, 8),
    };
    const wanted: Wanted[] = [{ value, fetch: this.#fetch, ...options }];
    if (enabled && metricsValue !== undefined)
      wanted.push({ value: metricsValue, fetch: this.#metricsFetch, ...options });
    if (admin.listen !== undefined)
      wanted.push({ value: consoleListen(admin.listen), fetch: this.#consoleFetch, ...options });
    const [main, ...others] = await moved(this.#listeners, wanted);
    const hasMoved = this.#main !== undefined && main?.value !== this.#main.value;
    this.#main = main;
    this.#tellConsole(others);
    this.#others = others;
    if (main !== undefined) this.#idle.use(main.server);
    if (hasMoved && this.address !== undefined) this.app.log.info('listening', { address: formatListen(this.address) });
  }

  #tellConsole(others: readonly Listener[]): void {
    const own = others.find(({ fetch }) => fetch === this.#consoleFetch);
    if (own === undefined || this.#others.some(({ server }) => server === own.server)) return;
    const address = formatListen(boundAddress(own.address, own.server));
    this.app.log.info('the console has an address of its own', { address });
  }

  /** Takes no new requests, waits up to `timeoutMs` for those under way, and ends the rest. Resolves to how many those were. */
  async stop(timeoutMs: number): Promise<number> {
    const { gateway } = this.app;
    gateway.draining = true;
    await this.#quiet(timeoutMs);
    const left = gateway.exchanges.size;
    if (left > 0) {
      gateway.abortAll();
      await this.#quiet(LAST_WORDS_MS);
    }
    this.#room?.stop();
    this.#idle.stop();
    await this.#last;
    const main = this.#main;
    for (const one of this.#others) void close(one, true);
    // Lets the last bytes out, then closes what clients keep open.
    if (main !== undefined) {
      await Promise.race([close(main), Bun.sleep(LAST_WORDS_MS)]);
      await close(main, true);
    }
    // The records of those whose connections were closed only now.
    await this.#quiet(LAST_WORDS_MS);
    return left;
  }

  get #listeners(): Listener[] {
    return this.#main === undefined ? [...this.#others] : [this.#main, ...this.#others];
  }

  async #quiet(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.app.gateway.exchanges.size > 0 && performance.now() < until) await Bun.sleep(POLL_MS);
  }

  /** Requests under way keep what files are left: first of all against new requests, then against connections. */
  #onLook(level: RoomLevel, fields: { readonly open_files: number; readonly limit: number }, spare: number): void {
    const { gateway, log } = this.app;
    const before = this.#level;
    this.#level = level;
    gateway.room.counted(spare, gateway.exchanges.size);
    if (level === 'low') for (const { server } of this.#listeners) server.closeIdleConnections();
    if (level === 'none' && !this.#isShut) this.#shut();
    if (level !== 'none' && this.#isShut) void this.#inTurn(() => this.#openAgain()).catch(() => undefined);
    if (level === before) return;
    if (level === 'none') log.error('no room for more open files: nobody is let in until some are closed', fields);
    else if (level === 'low' && before === 'enough')
      log.warn('few files are left to open: new requests are refused', fields);
    else if (level === 'enough') log.info('there is room for open files again', fields);
  }

  /** Lets go of the addresses, and of connections without a request; those with one get their answers. */
  #shut(): void {
    this.#isShut = true;
    for (const one of this.#listeners) {
      one.isShut = true;
      void close(one);
    }
  }

  /** Rejects if it cannot; the next look at the room tries again. */
  async #openAgain(): Promise<void> {
    if (!this.#isShut) return;
    for (const one of this.#listeners) {
      if (one.isShut) await openAnew(one);
      one.isShut = false;
    }
    this.#isShut = false;
    if (this.#main !== undefined) this.#idle.use(this.#main.server);
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** An address that cannot be listened on; the message says which and what to do. */
class ListenError extends Error {
  override readonly name = 'ListenError';
  constructor(
    readonly value: string,
    cause: unknown,
  ) {
    super(`cannot listen on ${value}: ${reasonOf(cause)}`, { cause });
  }
}

/** Whether an error is that somebody else listens on `value`. */
export function isTaken(error: unknown, value: string): boolean {
  return error instanceof ListenError && error.value === value && codeOf(error.cause) === 'EADDRINUSE';
}

/**
 * The listeners that are wanted, in their order: those that are there already, and new ones. All or none: the others are
 * given up once all are open.
 */
async function moved(before: readonly Listener[], wanted: readonly Wanted[]): Promise<Listener[]> {
  const kept = wanted.map((want) => before.find((one) => isSame(one, want)));
  const old = before.filter((one) => !kept.includes(one));
  // From one interface to all, say, or two that change places: the port is taken by ourselves.
  const inTheWay = old.filter(({ address }) => wanted.some(({ value }) => clash(address, parseListen(value))));
  for (const one of inTheWay) void close(one);
  const opened: Listener[] = [];
  try {
    for (const [at, one] of wanted.entries()) {
      // Whoever asked for any port keeps the one that it got.
      const port = before.find(({ value }) => value === one.value)?.server.port;
      if (kept[at] === undefined) opened.push(await open(one, port));
    }
  } catch (error) {
    for (const one of opened) void close(one);
    for (const one of inTheWay) await openAnew(one);
    throw error;
  }
  // Connections of an old address end when their requests have.
  for (const one of old) if (!inTheWay.includes(one)) void close(one);
  return kept.map((one) => one ?? opened.shift()).filter((one) => one !== undefined);
}

function isSame(one: Wanted, other: Wanted): boolean {
  return (
    one.value === other.value &&
    one.fetch === other.fetch &&
    one.idleSeconds === other.idleSeconds &&
    one.socketMode === other.socketMode
  );
}

function clash(one: ListenAddress, other: ListenAddress): boolean {
  if (one.kind === 'unix' && other.kind === 'unix') return one.path === other.path;
  return one.kind !== 'unix' && other.kind !== 'unix' && one.port === other.port;
}

/** `port`: the one that was got where the config asks for any. */
async function open(wanted: Wanted, port: number | undefined): Promise<Listener> {
  const { value, fetch } = wanted;
  const address = parseListen(value);
  try {
    const at = address.kind === 'tcp' && address.port === 0 && port !== undefined ? { ...address, port } : address;
    const server = await listen(at, fetch, wanted);
    return { ...wanted, address, server, file: fileOf(address), isShut: false };
  } catch (error) {
    throw new ListenError(value, error);
  }
}

/** On the same address as before. */
async function openAnew(one: Listener): Promise<void> {
  const { server, file } = await open(one, one.server.port);
  one.server = server;
  one.file = file;
}

function close({ address, server, file }: Listener, isAtOnce = false): Promise<void> {
  const stop = () => server.stop(isAtOnce);
  return address.kind === 'unix' ? closeSocket(address.path, file, stop) : stop();
}

function fileOf(address: ListenAddress): FileId | undefined {
  return address.kind === 'unix' ? fileAt(address.path) : undefined;
}

/** What the system says, in words that lead to the remedy. */
export function reasonOf(error: unknown): string {
  if (codeOf(error) === 'EADDRINUSE') return 'the address is taken: stop what listens there, or set another `listen`';
  return (error as { message?: string }).message ?? String(error);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
