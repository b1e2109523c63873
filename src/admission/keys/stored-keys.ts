import type { StoredKey, StoredTeam } from '../../storage/stored-key.ts';
import { Recent } from '../../lib/recent.ts';
import type { CallerKey } from '../caller-key.ts';
import { callerOf, placeOf } from './caller-of.ts';
import type { KeySecret } from './key-secret.ts';
import { isMadeKey } from './made-key.ts';
import type { TeamTree } from './team-tree.ts';

/** What the store holds of keys and teams, at one revision of it. */
export interface StoredAccess {
  readonly revision: number;
  readonly keys: readonly StoredKey[];
  readonly teams: readonly StoredTeam[];
}

/** A change that comes late does so by seconds, not by so many deleted keys. */
const MOST_REMOVED = 10_000;

/** A key of the store, and what it is known by. */
interface Entry {
  readonly stored: StoredKey;
  readonly known: readonly CallerKey[];
}

/**
 * The keys that were made at run time, all of them in memory: to know one, or none, costs one hash and no query. One for
 * the life of the process; what changes counts for the next request.
 */
export class StoredKeys {
  readonly #byHash = new Map<string, CallerKey>();
  readonly #byId = new Map<string, Entry>();
  /** Ids by name and team. */
  readonly #byPlace = new Map<string, string>();
  #teams = new Map<string, StoredTeam>();
  /** Ids that are used no more, so that a change that comes late brings none back. */
  readonly #removed = new Recent<true>(MOST_REMOVED);
  /** Whether it is known at all what the store holds. */
  isLoaded = false;
  /** Grows with every change that this node has made itself. */
  changes = 0;
  /** The names that keys of the config have: those come before ours. */
  #ofConfig: ReadonlySet<string> = new Set();

  constructor(
    readonly teams: TeamTree,
    private readonly secret: KeySecret,
  ) {}

  get size(): number {
    return this.#byId.size;
  }

  /** The key that a request shows, if it is one that was made. */
  find(text: string): CallerKey | undefined {
    if (this.#byHash.size === 0 || !isMadeKey(text)) return undefined;
    return this.secret.hashes?.find(text, this.#byHash);
  }

  /** What lets a caller of this id in, if it has a key that was made: its current secret, and the one before. */
  keysOf(callerId: string): readonly CallerKey[] {
    return this.#byId.get(callerId.replace(/^key:/, ''))?.known ?? [];
  }

  get(id: string): StoredKey | undefined {
    return this.#byId.get(id)?.stored;
  }

  /** All teams. */
  allTeams(): StoredTeam[] {
    return [...this.#teams.values()];
  }

  /** In the order in which they were made. */
  all(): StoredKey[] {
    return Array.from(this.#byId.values(), ({ stored }) => stored);
  }

  /** The key of this name in its team. */
  named(name: string, team: string | undefined): StoredKey | undefined {
    return this.get(this.#byPlace.get(placeOf(name, team)) ?? '');
  }

  /** Lets the keys of another config come before those that have the same name. Returns the names that lose. */
  configure(names: ReadonlySet<string>): string[] {
    const before = this.#ofConfig;
    this.#ofConfig = names;
    const lost: string[] = [];
    for (const { stored } of this.#byId.values()) {
      const place = placeOf(stored.name, stored.team);
      if (names.has(place)) lost.push(place);
      if (names.has(place) !== before.has(place)) this.#place(stored);
    }
    return lost;
  }

  /** Takes over what the store holds; what is the same stays as it is. Returns the names that the config has already. */
  replace({ keys, teams }: Omit<StoredAccess, 'revision'>): string[] {
    this.isLoaded = true;
    const before = this.#teams;
    this.#teams = new Map(teams.map((team) => [team.name, team]));
    this.teams.change(
      teams,
      [...before.keys()].filter((name) => !this.#teams.has(name)),
    );
    const ids = new Set(keys.map(({ id }) => id));
    for (const id of this.#byId.keys()) if (!ids.has(id)) this.#drop(id);
    // A store that was restored from a backup may have an older version.
    for (const key of keys) if (!isSame(this.get(key.id), key)) this.#place(key);
    return keys.map(({ name, team }) => placeOf(name, team)).filter((place) => this.#ofConfig.has(place));
  }

  /** This node has made or changed a key. */
  put(stored: StoredKey): void {
    this.changes++;
    const { version = 0 } = this.get(stored.id) ?? {};
    if (version < stored.version && this.#removed.peek(stored.id) === undefined) this.#place(stored);
  }

  /** This node has deleted a key. */
  remove(id: string): void {
    this.changes++;
    this.#removed.add(id, true);
    this.#drop(id);
  }

  /** This node has made or changed a team. */
  putTeam(team: StoredTeam): void {
    this.changes++;
    this.#teams.set(team.name, team);
    this.teams.change([team]);
  }

  /** This node has deleted a team. */
  removeTeam(name: string): void {
    this.changes++;
    this.#teams.delete(name);
    this.teams.change([], [name]);
  }

  team(name: string): StoredTeam | undefined {
    return this.#teams.get(name);
  }

  #place(stored: StoredKey): void {
    this.#forget(stored.id);
    const place = placeOf(stored.name, stored.team);
    const known = this.#ofConfig.has(place) ? [] : this.#knownOf(stored);
    for (const key of known) this.#byHash.set(key.digest, key);
    this.#byPlace.set(place, stored.id);
    this.#byId.set(stored.id, { stored, known });
  }

  #drop(id: string): void {
    this.#forget(id);
    this.#byId.delete(id);
  }

  /** What its hashes stand for no more. */
  #forget(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    const place = placeOf(entry.stored.name, entry.stored.team);
    if (this.#byPlace.get(place) === id) this.#byPlace.delete(place);
    for (const key of entry.known) if (this.#byHash.get(key.digest) === key) this.#byHash.delete(key.digest);
  }

  #knownOf(stored: StoredKey): CallerKey[] {
    const { hash, enabled, expiresAt = Infinity, previous } = stored;
    const caller = callerOf(stored, this.teams, stored.id);
    const current: CallerKey = { digest: hash, caller, enabled, expiresAt, previousUntil: undefined };
    return previous === undefined
      ? [current]
      : [current, { ...current, digest: previous.hash, previousUntil: previous.until }];
  }
}

function isSame(before: StoredKey | undefined, now: StoredKey): boolean {
  return before?.version === now.version && before.updatedAt === now.updatedAt;
}
