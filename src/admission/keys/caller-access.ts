import type { KeySpec, TeamSpec } from '../../core/key-spec.ts';
import type { KeyRegistry } from './key-registry.ts';
import type { TeamRegistry } from './team-registry.ts';
import { placeOf } from './caller-of.ts';
import type { StoredKeys } from './stored-keys.ts';
import { TeamTree } from './team-tree.ts';

/** Keys and teams, for whoever changes them at run time. */
export interface RunTimeAccess {
  readonly keys: KeyRegistry;
  readonly teams: TeamRegistry;
  /** 32 bytes that only this installation makes of a text. */
  sealKey(text: string): Uint8Array;
}

/** Keys and teams, as far as they outlive the config: a request meets them as they are now, whichever snapshot it began with. */
export class CallerAccess {
  readonly teams = new TeamTree();
  /** Keys of the config, for whoever asks what there is. */
  configKeys: readonly KeySpec[] = [];
  /** Nobody needs a key: then none can be made, for it would seem to protect something. */
  isOpen = false;
  #stored: StoredKeys | undefined;
  #runTime: RunTimeAccess | undefined;

  /** Makes and changes keys and teams; undefined: there is no store. */
  get runTime(): RunTimeAccess | undefined {
    return this.#runTime;
  }

  /** The keys that were made at run time; undefined: there is no store. */
  get stored(): StoredKeys | undefined {
    return this.#stored;
  }

  /** From now on keys are made in a store. */
  use(stored: StoredKeys, runTime: RunTimeAccess): void {
    this.#stored = stored;
    this.#runTime = runTime;
    stored.configure(this.#places());
  }

  /** Lets keys and teams of another config count. Returns the names that config and store both have. */
  configure(keys: readonly KeySpec[], teams: readonly TeamSpec[]): readonly string[] {
    this.configKeys = keys;
    this.teams.configure(teams);
    return this.#stored?.configure(this.#places()) ?? [];
  }

  /** Whether the config has a key of this name in this team. */
  isOfConfig(name: string, team: string | undefined): boolean {
    return this.configKeys.some((key) => key.name === name && key.team === team);
  }

  /** What has a name in a team already, as a message calls it. */
  holderOf(name: string, team: string | undefined): string | undefined {
    // It is told apart from the caller of `admin.api_key` nowhere else.
    if (name === 'admin') return 'whoever has `admin.api_key`';
    if (this.isOfConfig(name, team)) return 'a key of the config';
    return this.#stored?.named(name, team) === undefined ? undefined : 'another key';
  }

  #places(): ReadonlySet<string> {
    return new Set(this.configKeys.map(({ name, team }) => placeOf(name, team)));
  }
}
