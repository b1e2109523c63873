import type { BackendLive } from '../core/backend-live.ts';
import { operationsOf } from '../core/backend-live.ts';
import type { Backend } from '../core/route.ts';
import { Cancellation } from '../lib/cancellation.ts';
import type { Clock } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import { isShortage, shortageOfFiles } from '../lib/room.ts';

/** How backends are asked whether they live; times in milliseconds. */
export interface HealthSettings {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** After the backend's `url`. */
  readonly path: string;
  /** After so many misses in a row a backend is left out, after so many answers it is used again. */
  readonly unhealthyAfter: number;
  readonly healthyAfter: number;
}

/** Told of each change of state, once. */
export interface HealthListener {
  died(backend: string, cause: string, misses: number): void;
  revived(backend: string, cause: string): void;
  /** The gateway itself lacks what it takes to ask, so that nothing is known. */
  couldNotAsk(code: string): void;
}

/**
 * Asks backends whether they live: those that cool down, are dead, or have had no traffic for an interval. Of the
 * others their traffic tells. Being alive ends no cooldown; it only brings back what health checks had left out.
 */
export class HealthChecks {
  /** The backends that are asked, by name. */
  #asked = new Map<string, Backend>();
  #stop: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly listener: HealthListener,
  ) {}

  /** Asks these backends from now on, by these settings; undefined: asks nobody, and nobody is dead. */
  configure(settings: HealthSettings | undefined, backends: readonly Backend[]): void {
    this.#stop?.();
    this.#stop = undefined;
    // Of one that nobody has asked for a while nothing is known.
    for (const { live } of backends) if (!this.#asked.has(live.name)) this.#forget(live);
    if (settings === undefined) {
      for (const { live } of backends) this.#heard(live, 'health checks are switched off');
      this.#asked.clear();
      return;
    }
    this.#asked = new Map(backends.map((backend) => [backend.name, backend]));
    const cancels = new Map<string, () => void>();
    let stopped = false;
    const round = async (backend: Backend): Promise<void> => {
      if (this.#isDue(backend, settings)) await this.#ask(backend, settings);
      if (!stopped) schedule(backend);
    };
    const schedule = (backend: Backend, delayMs = settings.intervalMs): void => {
      backend.live.nextCheckAt = this.clock.now() + delayMs;
      const cancel = this.clock.after(delayMs, () => void round(backend));
      cancels.set(backend.name, cancel);
    };
    for (const backend of backends) {
      // A check that was due soon stays so, or reload after reload would put it off for ever.
      const dueIn = backend.live.nextCheckAt - this.clock.now();
      schedule(backend, dueIn > 0 && dueIn < settings.intervalMs ? dueIn : settings.intervalMs);
    }
    this.#stop = () => {
      stopped = true;
      for (const cancel of cancels.values()) cancel();
    };
  }

  /** Traffic is the best probe: a backend that has answered a request is not dead. */
  heardFrom(live: BackendLive): void {
    live.lastTrafficAt = this.clock.now();
    this.#heard(live, 'it answered a request');
  }

  /** Asks nobody any more. */
  stop(): void {
    this.#stop?.();
  }

  #heard(live: BackendLive, cause: string): void {
    const wasDead = live.dead;
    this.#forget(live);
    if (wasDead) this.listener.revived(live.name, cause);
  }

  /** As if it had never been asked. */
  #forget(live: BackendLive): void {
    live.forgetHealth();
  }

  #isDue({ live }: Backend, { intervalMs }: HealthSettings): boolean {
    const now = this.clock.now();
    if (live.dead || now - live.lastTrafficAt >= intervalMs) return true;
    for (const model of live.models) {
      for (const { coolingUntil } of operationsOf(model))
        if (coolingUntil !== undefined && now < coolingUntil) return true;
    }
    return false;
  }

  async #ask(backend: Backend, settings: HealthSettings): Promise<void> {
    const miss = await this.#miss(backend, settings);
    if (miss === UNKNOWN) return;
    const { live, name, send } = backend;
    // A reload may have put another in its place, or ended the checks.
    if (this.#asked.get(name)?.send !== send) return;
    if (miss === undefined) {
      live.misses = 0;
      live.answers++;
      if (live.dead && live.answers >= settings.healthyAfter) this.#heard(live, 'it answered health checks');
    } else {
      live.answers = 0;
      live.misses++;
      live.lastMiss = { failure: miss, at: this.clock.wallNow() };
      if (live.dead || live.misses < settings.unhealthyAfter) return;
      live.dead = true;
      live.deadSince = this.clock.wallNow();
      this.listener.died(name, miss, live.misses);
    }
  }

  /** Asks once; why it counts as a miss, undefined for an answer under 500, or that the gateway could not ask. */
  async #miss(backend: Backend, { path, timeoutMs }: HealthSettings): Promise<string | typeof UNKNOWN | undefined> {
    const cancellation = new Cancellation();
    const cancel = this.clock.after(timeoutMs, () => cancellation.cancel(new Error('timeout')));
    try {
      const response = await backend.send({
        method: 'GET',
        target: path,
        headers: headersFor(backend),
        body: undefined,
        cancellation,
      });
      response.body.cancel();
      return response.status < 500 ? undefined : `status ${response.status}`;
    } catch (error) {
      const shortage = shortageIn(error);
      if (shortage !== undefined) {
        this.listener.couldNotAsk(shortage);
        return UNKNOWN;
      }
      return cancellation.reason !== undefined
        ? `no answer within ${formatDuration(timeoutMs)}`
        : causeOf(error, backend);
    } finally {
      cancel();
    }
  }
}

function headersFor({ apiKey, credential, headers, checkHeaders }: Backend): Record<string, string> {
  const hasKey = apiKey !== undefined && credential !== undefined && credential !== 'none';
  return {
    ...checkHeaders,
    ...(hasKey ? { [credential.name]: credential.prefix + apiKey } : {}),
    ...headers,
  };
}

const UNKNOWN = Symbol('unknown');

/** A connection that failed for another reason may hide a lack of files. */
function shortageIn(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && isShortage(code) ? code : shortageOfFiles();
}

/** The system's word for it, with host and port; a token is fetched from elsewhere. */
function causeOf(error: unknown, { place }: Backend): string {
  const { code, message, name } = error as { code?: string; message?: string; name?: string };
  if (code === undefined) return message ?? String(error);
  return place === undefined || name === 'TokenError' ? code : `${code} ${place}`;
}
