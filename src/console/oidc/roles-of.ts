import { ROLES, type Role } from '../../core/role.ts';
import type { OidcSettings } from '../../core/sign-in-settings.ts';

/** What somebody may do, by their groups. */
export interface Granted {
  readonly role: Role;
  /** The teams that they run, whichever role they have. */
  readonly teams: readonly string[];
}

/** The highest role of all groups; undefined: none of them has one. */
export function rolesOf(groups: readonly string[], { roles, teams }: OidcSettings): Granted | undefined {
  const given = new Set(groups.map((group) => roles.get(group)));
  const own = [...new Set(groups.flatMap((group) => teams.get(group) ?? []))];
  if (own.length > 0) given.add('team_admin');
  else given.delete('team_admin');
  const role = ROLES.find((each) => given.has(each));
  return role === undefined ? undefined : { role, teams: own };
}

/** Those groups that the config names: of the others nothing is kept. */
export function groupsThatCount(groups: readonly string[], { roles, teams }: OidcSettings): string[] {
  return groups.filter((group) => roles.has(group) || teams.has(group));
}
