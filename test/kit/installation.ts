import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from './fake-clock.ts';
import { ACCESS_RULES } from '../../src/config/made-access.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { StoreUnavailable } from '../../src/storage/store-errors.ts';
import type { Store } from '../../src/storage/store.ts';
import { KeyCheck } from '../../src/admission/auth.ts';
import { AccessCache } from '../../src/admission/keys/access-cache.ts';
import { AccessSync } from '../../src/admission/keys/access-sync.ts';
import { CallerAccess } from '../../src/admission/keys/caller-access.ts';
import { installationSecret } from '../../src/admission/keys/installation-secret.ts';
import { KeyRegistry } from '../../src/admission/keys/key-registry.ts';
import { KeySecret } from '../../src/admission/keys/key-secret.ts';
import { StoredKeys } from '../../src/admission/keys/stored-keys.ts';
import { TeamRegistry } from '../../src/admission/keys/team-registry.ts';

/** A database in a directory of its own, and the nodes that work with it. */
export class Installation {
  readonly dir = mkdtempSync(join(tmpdir(), 'llm-proxy-keys-'));
  /** Of this process alone; it stands still at the time of the start. */
  readonly clock = new FakeClock(0, Date.now());
  /** Calls of the database by all nodes. */
  calls = 0;
  isDown = false;
  readonly #store: Promise<Store> = openStore({ kind: 'sqlite', file: join(this.dir, 'llm-proxy.db') });

  /** The database, as long as it is up. */
  readonly store = async (): Promise<Store> => {
    const store = await this.#store;
    this.#whileUp();
    return new Proxy(store, { get: (target, name) => this.#watched(Reflect.get(target, name)) });
  };

  /** What passes for the database, and notes each call. */
  #watched(member: unknown): unknown {
    if (typeof member === 'function')
      return (...args: readonly unknown[]): unknown => {
        this.#whileUp();
        this.calls++;
        return (member as (...values: readonly unknown[]) => unknown)(...args);
      };
    if (typeof member !== 'object' || member === null) return member;
    return new Proxy(member, { get: (target, name) => this.#watched(Reflect.get(target, name)) });
  }

  #whileUp(): void {
    if (this.isDown) throw new StoreUnavailable('unreachable', 'the database is down');
  }

  async close(): Promise<void> {
    await (await this.#store).close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** One process of an installation. */
export class Node {
  readonly access = new CallerAccess();
  readonly secret: KeySecret;
  readonly stored: StoredKeys;
  readonly sync: AccessSync;
  readonly keys: KeyRegistry;
  readonly teams: TeamRegistry;
  readonly told: string[] = [];
  readonly check: KeyCheck;
  readonly cache: AccessCache;

  constructor(
    readonly place: Installation,
    dataDir: string = place.dir,
  ) {
    const { store, clock } = place;
    this.secret = new KeySecret(installationSecret(dataDir), () => this.told.push('foreign'));
    this.stored = new StoredKeys(this.access.teams, this.secret);
    this.cache = new AccessCache(dataDir);
    this.sync = new AccessSync({
      store,
      keys: this.stored,
      secret: this.secret,
      cache: this.cache,
      clock,
      events: {
        unreadable: (source) => this.told.push(`unreadable, from ${source}`),
        readable: () => this.told.push('readable'),
        shadowed: (names) => this.told.push(`shadowed ${names.join()}`),
        uncached: () => this.told.push('uncached'),
      },
    });
    const parts = {
      store,
      access: this.access,
      stored: this.stored,
      secret: this.secret,
      rules: ACCESS_RULES,
      clock,
      refresh: () => this.sync.refresh(),
      remember: () => this.sync.remember(),
    };
    this.keys = new KeyRegistry(parts);
    this.teams = new TeamRegistry(parts);
    this.access.use(this.stored, { keys: this.keys, teams: this.teams, sealKey: (text) => this.secret.sealKey(text) });
    this.check = new KeyCheck(undefined, [], this.access);
  }

  /** Whoever shows this key; undefined: nobody is known by it. */
  whose(key: string): string | undefined {
    return this.check.find({ headers: { 'x-api-key': key }, inQuery: undefined }, this.place.clock.wallNow())?.caller
      .name;
  }
}
