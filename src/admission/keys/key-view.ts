import type { KeySpec } from '../../core/key-spec.ts';
import type { StoredKey, StoredTeam } from '../../storage/stored-key.ts';
import type { TeamSpec } from '../../core/key-spec.ts';
import type { AccessRules } from '../../core/access-rules.ts';
import { placeOf } from './caller-of.ts';

/** A key as operators see it: what the config would say of it, and what the store knows besides. Never its secret or hash. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly source: 'config' | 'store';
  readonly prefix?: string;
  readonly version?: number;
  readonly [member: string]: unknown;
}

/** A key that was made at run time. */
export function storedKeyView(key: StoredKey, rules: AccessRules): KeyView {
  const { id, name, prefix, version, generation, previous, createdAt, updatedAt } = key;
  return {
    id,
    source: 'store',
    prefix,
    ...rules.keyValues(key),
    name,
    generation,
    ...(previous === undefined ? {} : { previous_until: isoOf(previous.until) }),
    version,
    created_at: isoOf(createdAt),
    updated_at: isoOf(updatedAt),
  };
}

/** A key of the config, which nothing else can change. */
export function configKeyView(key: KeySpec, rules: AccessRules): KeyView {
  const { name, team } = key;
  return { id: CONFIG + placeOf(name, team), source: 'config', ...rules.keyValues(key), name };
}

/** Ids of keys and teams that stand in the config begin with this. */
export const CONFIG = 'config:';

/** A team as operators see it. */
export interface TeamView {
  readonly name: string;
  readonly source: 'config' | 'store';
  readonly version?: number;
  readonly [member: string]: unknown;
}

/** A team that was made at run time. */
export function storedTeamView(team: StoredTeam, rules: AccessRules): TeamView {
  const { name, version, createdAt, updatedAt } = team;
  const times = { created_at: isoOf(createdAt), updated_at: isoOf(updatedAt) };
  return { source: 'store', ...rules.teamValues(team), name, version, ...times };
}

/** A team of the config. */
export function configTeamView(team: TeamSpec, rules: AccessRules): TeamView {
  return { source: 'config', ...rules.teamValues(team), name: team.name };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
