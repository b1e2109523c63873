import type { KeySpec, TeamSpec } from './key-spec.ts';

/** One thing that is wrong with what was asked for: `path` as in the config (`allowed_ips[0]`), empty for all of it. */
export interface AccessFinding {
  readonly path: string;
  readonly message: string;
}

/** What a key or a team has to fit into: all others, wherever they come from. */
export interface OtherAccess {
  /** The parents of all teams, by name. */
  readonly parents: ReadonlyMap<string, string | undefined>;
  /** What has this name in this team already, as a message calls it. */
  holderOf(name: string, team: string | undefined): string | undefined;
}

/** What came of looking at values. */
export type Checked<T> = { readonly spec: T } | { readonly findings: readonly AccessFinding[] };

/** A key as the store has it, which may know words of a later version. */
export type AnyKeySpec = Omit<KeySpec, 'logBodies'> & { readonly logBodies: string | undefined };

/**
 * The one set of rules for keys and teams, whichever way they come in: values are what the config would have, and what is
 * looked at is always all of what is to be in force, never just a change.
 */
export interface AccessRules {
  checkKey(values: unknown, others: OtherAccess): Checked<KeySpec>;
  checkTeam(values: unknown, parents: OtherAccess['parents']): Checked<TeamSpec>;
  keyValues(spec: AnyKeySpec): Record<string, unknown>;
  teamValues(spec: TeamSpec): Record<string, unknown>;
}
