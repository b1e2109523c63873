import type { JsonObject } from '../lib/json.ts';

/** What a caller, or all callers of a team together, may have at most; what is undefined is not limited. */
export interface SharedLimits {
  /** Requests per second, and per minute. */
  readonly rps: number | undefined;
  readonly rpm: number | undefined;
  /** Tokens per minute. */
  readonly tpm: number | undefined;
  /** Requests at once. */
  readonly maxConcurrency: number | undefined;
  /** As the config writes them. */
  readonly budgets: readonly JsonObject[];
}

/** Nothing is limited. */
export const NO_LIMITS: SharedLimits = {
  rps: undefined,
  rpm: undefined,
  tpm: undefined,
  maxConcurrency: undefined,
  budgets: [],
};

/** A team of callers. What it may not do, none of its callers may. It is one object for as long as its name is in use, whatever changes. */
export interface Team {
  readonly name: string;
  /** The models that its callers may ask for at most, as those of a caller. Undefined: all. */
  readonly models: readonly string[] | undefined;
  readonly limits: SharedLimits;
  /** The team itself, and all above it, the nearest first. */
  readonly lineage: readonly Team[];
  /** Why none of its callers is let in: no such team is there, or it stands above itself. Undefined: they are. */
  readonly fault: string | undefined;
}
