import type { Team } from '../../lib/accounts.ts';

/** A team with its depth in the tree. */
export interface TreeRow {
  readonly team: Team;
  readonly depth: number;
}

/** All teams, each below the one above it. Whose parent is not there, as for an admin of teams alone, begins a tree. */
export function treeOf(teams: readonly Team[]): readonly TreeRow[] {
  const names = new Set(teams.map(({ name }) => name));
  const sorted = teams.toSorted((one, other) => one.name.localeCompare(other.name));
  const below = Map.groupBy(sorted, ({ parent }) => (parent !== undefined && names.has(parent) ? parent : undefined));
  const rows: TreeRow[] = [];
  const add = (parent: string | undefined, depth: number): void => {
    for (const team of below.get(parent) ?? []) {
      rows.push({ team, depth });
      add(team.name, depth + 1);
    }
  };
  add(undefined, 0);
  return rows;
}

/** A team and all above it, itself first. */
export function lineageOf(name: string, teams: readonly Team[]): readonly Team[] {
  const byName = new Map(teams.map((team) => [team.name, team]));
  const found: Team[] = [];
  for (let team = byName.get(name); team !== undefined && !found.includes(team);) {
    found.push(team);
    team = team.parent === undefined ? undefined : byName.get(team.parent);
  }
  return found;
}

/** The names of a team and of all below it. */
export function namesBelow(name: string, teams: readonly Team[]): readonly string[] {
  return teams
    .filter((team) => lineageOf(team.name, teams).some((each) => each.name === name))
    .map((team) => team.name);
}
