import type { JsonObject } from '../lib/json.ts';

/** What a key or a team may do, and how much. Undefined: no limit of its own. Rates are per second and per minute. */
export interface StoredLimits {
  /** Aliases, some with a `*` at their end. */
  readonly models: readonly string[];
  readonly rps: number | undefined;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly maxConcurrency: number | undefined;
  /** As the config writes budgets. */
  readonly budgets: readonly JsonObject[];
}

/** A key that was made at run time. Times are milliseconds since the epoch. */
export interface StoredKey extends StoredLimits {
  readonly id: string;
  /** Unique in its team. */
  readonly name: string;
  readonly team: string | undefined;
  readonly owner: string | undefined;
  /** HMAC-SHA-256 of the secret, in hexadecimal digits; unique. */
  readonly hash: string;
  /** The first characters of the secret, to recognise it by. */
  readonly prefix: string;
  /** From 1; one more with each rotation. */
  readonly generation: number;
  /** The secret before the last rotation, which is valid until then. */
  readonly previous: { readonly hash: string; readonly until: number } | undefined;
  /** Undefined: all of them. */
  readonly endpoints: readonly string[] | undefined;
  /** Undefined: from anywhere. */
  readonly allowedIps: readonly string[] | undefined;
  readonly expiresAt: number | undefined;
  readonly enabled: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly logBodies: string | undefined;
  /** From 1; one more with each change. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A team that was made at run time; its name is its id. */
export interface StoredTeam extends Omit<StoredLimits, 'models'> {
  readonly name: string;
  readonly parent: string | undefined;
  /** What people call it, where its name is an id. */
  readonly label?: string | undefined;
  /** Undefined: what its parent may. */
  readonly models: readonly string[] | undefined;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
