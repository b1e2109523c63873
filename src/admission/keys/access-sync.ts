import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../storage/store.ts';
import type { AccessCache } from './access-cache.ts';
import type { KeySecret } from './key-secret.ts';
import type { StoredAccess, StoredKeys } from './stored-keys.ts';

/** Where what is known of keys comes from: the database as it is, what it was when it could be read last, or nowhere. */
export type AccessSource = 'database' | 'memory' | 'cache' | 'none';

/** What is told of it; never a key. */
export interface SyncEvents {
  /** The database cannot be read; told once, until it can. */
  unreadable(source: AccessSource, error: unknown): void;
  /** It can be read again. */
  readable(): void;
  /** Keys that have the name of one of the config, which comes first; told when they are others than before. */
  shadowed(names: readonly string[]): void;
  /** The cache could not be written. */
  uncached(error: unknown): void;
}

const POLL_MS = 1000;
/** At the start: then the cache has to do. */
const START_MS = 3000;
/** A database that does not answer for so long counts as one that is gone. */
const READ_MS = 10_000;

/** What the keys are read from, and where they are kept. */
export interface SyncParts {
  readonly store: () => Promise<Store>;
  readonly keys: StoredKeys;
  readonly secret: KeySecret;
  readonly cache: AccessCache | undefined;
  readonly clock: Clock;
  readonly events: SyncEvents;
}

/** Keeps the keys in memory as the store has them: a change that another node has made counts within a second. */
export class AccessSync {
  #source: AccessSource = 'none';
  #revision: number | undefined;
  #shadowed = '';
  #isUnreadable = false;
  #isStopped = false;
  #cancel: (() => void) | undefined;
  #polling: Promise<unknown> | undefined;
  /** Of the latest reading: an earlier one that comes late counts no more. */
  #ticket = 0;

  constructor(private readonly parts: SyncParts) {}

  get source(): AccessSource {
    return this.#source;
  }

  /** Whether the database could not be read when it was last asked. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** Resolves when the keys are known, from the database or, if it does not answer in time, from the cache. */
  async start(): Promise<void> {
    const error = await this.#poll(START_MS);
    if (error !== undefined) this.#useCache();
    if (error !== undefined) this.#failed(error);
    this.#goOn();
  }

  /** Reads what has changed, now. Never rejects. */
  async refresh(): Promise<void> {
    const error = await this.#poll(READ_MS);
    if (this.#isStopped) return;
    if (error === undefined) this.#succeeded();
    else this.#failed(error);
  }

  /** Keeps what this node knows now for a start without the database: a key that is revoked is not to come back there. Never rejects. */
  async remember(): Promise<void> {
    const { keys, cache, events } = this.parts;
    const known = { revision: this.#revision ?? 0, keys: keys.all(), teams: keys.allTeams() };
    await cache?.write(known).catch((error: unknown) => events.uncached(error));
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #goOn(): void {
    if (!this.#isStopped)
      this.#cancel = this.parts.clock.after(POLL_MS, () => void this.refresh().then(() => this.#goOn()));
  }

  /** One at a time: whoever asks meanwhile gets the one that is under way. Resolves to what went wrong, if anything did. */
  #poll(limitMs: number): Promise<unknown> {
    return (this.#polling ??= this.#readWithin(limitMs).finally(() => {
      this.#polling = undefined;
    }));
  }

  async #readWithin(limitMs: number): Promise<unknown> {
    const late = Promise.withResolvers<unknown>();
    const cancel = this.parts.clock.after(limitMs, () => late.resolve(new Error(`no answer for ${limitMs / 1000} s`)));
    const read = this.#read(++this.#ticket).then(
      () => undefined,
      (error: unknown) => error,
    );
    try {
      return await Promise.race([read, late.promise]);
    } finally {
      cancel();
    }
  }

  async #read(ticket: number): Promise<void> {
    const { keys: known } = this.parts;
    const store = await this.parts.store();
    await this.parts.secret.confirm(store.facts);
    for (;;) {
      const { changes } = known;
      const revision = await store.revision();
      if (revision === this.#revision) return;
      const [keys, teams] = await Promise.all([store.keys.list(), store.teams.list()]);
      if (this.#isStopped || ticket !== this.#ticket) return;
      // What this node has changed meanwhile may be missing from what was read.
      if (changes !== known.changes) continue;
      this.#revision = revision;
      this.#source = 'database';
      this.#replace({ revision, keys, teams });
      void this.parts.cache
        ?.write({ revision, keys, teams })
        .catch((error: unknown) => this.parts.events.uncached(error));
      return;
    }
  }

  #succeeded(): void {
    this.#source = 'database';
    if (this.#isUnreadable) this.parts.events.readable();
    this.#isUnreadable = false;
  }

  #failed(error: unknown): void {
    if (this.#source === 'database') this.#source = 'memory';
    if (!this.#isUnreadable) this.parts.events.unreadable(this.#source, error);
    this.#isUnreadable = true;
  }

  #useCache(): void {
    const access = this.parts.cache?.read();
    if (access === undefined || this.parts.keys.isLoaded) return;
    this.#source = 'cache';
    this.#replace(access);
  }

  #replace(access: StoredAccess): void {
    const names = this.parts.keys.replace(access);
    const told = names.join();
    if (told !== this.#shadowed && names.length > 0) this.parts.events.shadowed(names);
    this.#shadowed = told;
  }
}
