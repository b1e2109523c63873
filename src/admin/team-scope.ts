import { AccessProblem } from '../admission/keys/access-problem.ts';
import type { TeamTree } from '../admission/keys/team-tree.ts';
import { Refusal } from '../core/refusal.ts';

/** The teams that a `team_admin` runs: its own, and those below. Anything of others is not there for it. */
export class TeamScope {
  readonly #own: ReadonlySet<string>;

  constructor(
    own: readonly string[],
    private readonly tree: TeamTree,
  ) {
    this.#own = new Set(own);
  }

  /** Whether a team, or what belongs to it, may be seen. A key without a team belongs to nobody's. */
  has(team: string | undefined): boolean {
    if (team === undefined) return false;
    const { lineage, fault } = this.tree.team(team);
    return fault === undefined && lineage.some(({ name }) => this.#own.has(name));
  }

  /** The names of all of them. */
  get names(): string[] {
    return this.tree.specs.map(({ name }) => name).filter((name) => this.has(name));
  }

  /** Throws, as for a team that does not exist, unless a key may be given to it, or a team be made below it. */
  checkPlace(team: unknown, field: 'team' | 'parent'): void {
    if (typeof team === 'string' && this.has(team)) return;
    const shown = typeof team === 'string' ? `There is no team "${team.slice(0, 100)}".` : `\`${field}\` is missing.`;
    throw new Refusal('not_found', `${shown} Name one of yours: ${this.names.join(', ')}.`, { param: field });
  }

  /** Throws, as for a team that does not exist, unless it may be seen. */
  checkSeen(name: string): void {
    if (!this.has(name)) throw new AccessProblem('absent', `There is no team "${name.slice(0, 100)}".`);
  }

  /** Throws unless a team may be changed: those below its own may, its own are the admin's to change. */
  checkChange(name: string): void {
    this.checkSeen(name);
    const above = this.tree.team(name).lineage.slice(1);
    if (above.some((team) => this.#own.has(team.name))) return;
    throw new Refusal('role_not_allowed', 'Teams below yours can be changed here. Yours itself is for an admin.');
  }
}

/** The teams that a list is asked of: all that are asked for and may be seen. Undefined: all. */
export function teamsSeen(
  scope: TeamScope | undefined,
  asked: readonly (string | null)[] | undefined,
): readonly (string | null)[] | undefined {
  if (scope === undefined) return asked;
  return asked?.filter((team) => scope.has(team ?? undefined)) ?? scope.names;
}

/** A member of a body that nobody has checked so far. */
export function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}
