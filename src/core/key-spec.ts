import type { LogBodies } from './caller.ts';
import type { SharedLimits } from './team.ts';

/** What a key says, besides its secret; the same for those of the config and those that are made at run time. */
export interface KeySpec extends SharedLimits {
  /** Unique in its team. */
  readonly name: string;
  readonly team: string | undefined;
  readonly owner: string | undefined;
  readonly models: readonly string[];
  /** Undefined: all of them. */
  readonly endpoints: readonly string[] | undefined;
  /** Undefined: from anywhere. */
  readonly allowedIps: readonly string[] | undefined;
  /** Milliseconds since the epoch; undefined: never. */
  readonly expiresAt: number | undefined;
  readonly enabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly logBodies: LogBodies | undefined;
}

/** A team as the config or the store has it. */
export interface TeamSpec extends SharedLimits {
  readonly name: string;
  readonly parent: string | undefined;
  /** What people call it, where its name is an id. */
  readonly label?: string | undefined;
  /** Undefined: what its parent may. */
  readonly models: readonly string[] | undefined;
}
