import type { Caller, LogBodies } from '../../core/caller.ts';
import type { AnyKeySpec } from '../../core/access-rules.ts';
import { AddressList } from '../../lib/address-list.ts';
import type { TeamTree } from './team-tree.ts';

/** Whoever shows a key. `id` is that of one that was made at run time; undefined: it stands in the config. */
export function callerOf(spec: AnyKeySpec, teams: TeamTree, id?: string): Caller {
  const { name, team, models, owner, tags, endpoints, allowedIps, logBodies } = spec;
  return {
    // Names of keys have no colon.
    id: id === undefined ? placeOf(name, team) : `key:${id}`,
    name,
    models,
    isOperator: false,
    team: team === undefined ? undefined : teams.team(team),
    key: {
      id,
      owner,
      tags,
      endpoints,
      allowedIps: addressesOf(allowedIps),
      limits: spec,
      logBodies: logBodies as LogBodies | undefined,
    },
  };
}

/** The name of a key together with its team's: no two keys have it. */
export function placeOf(name: string, team: string | undefined): string {
  return team === undefined ? name : `${team}/${name}`;
}

/** What cannot be read lets nobody in. */
function addressesOf(entries: readonly string[] | undefined): AddressList | undefined {
  try {
    return entries && new AddressList(entries);
  } catch {
    return new AddressList([]);
  }
}
