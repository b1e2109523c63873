import type { StoredTeam } from '../../storage/stored-key.ts';
import { besideOf, changed, inStore, type Change, type RegistryParts } from './access-change.ts';
import { AccessProblem, invalid } from './access-problem.ts';
import { configTeamView, storedTeamView, type TeamView } from './key-view.ts';
import { pageOf, type Page, type PageQuery } from './page.ts';

/** Makes and changes teams at run time, as `KeyRegistry` does keys, and rejects alike. A team's name is its id. */
export class TeamRegistry {
  constructor(private readonly parts: RegistryParts) {}

  /** All teams, by name. */
  list(query: PageQuery): Page<TeamView> {
    const { isSeen = () => true } = query;
    const seen = this.#views().filter(({ name }) => isSeen(name));
    return pageOf(seen, query, ({ name }) => name);
  }

  /** One team. */
  get(name: string): TeamView {
    const view = this.#views().find((each) => each.name === name);
    if (view === undefined) throw absent(name);
    return view;
  }

  /** Makes a team. `values`: what the config would say of it, as JSON. */
  async create(values: unknown, change: Change<TeamView>): Promise<TeamView> {
    const { rules, clock, stored } = this.parts;
    const checked = rules.checkTeam(values, this.#parents());
    if ('findings' in checked) throw invalid(checked.findings);
    const { name } = checked.spec;
    if (this.#parents().has(name)) {
      const message = `duplicate team name "${name}" (another team has it already: choose another)`;
      throw invalid([{ path: 'name', message }]);
    }
    const now = clock.wallNow();
    const team: StoredTeam = { ...checked.spec, version: 1, createdAt: now, updatedAt: now };
    const view = storedTeamView(team, rules);
    const beside = besideOf({ action: 'teams.create', target: name, after: view }, change, view, now);
    const store = await this.parts.store();
    await inStore(store.teams.insert(team, beside), `The team "${name}"`);
    stored.putTeam(team);
    await this.parts.remember();
    return view;
  }

  /** Changes a team; its name stays. */
  async update(name: string, patch: unknown, change: Change<TeamView>, expected?: number): Promise<TeamView> {
    const team = await this.#found(name, expected);
    const { rules, clock, stored } = this.parts;
    const before = storedTeamView(team, rules);
    const checked = rules.checkTeam(changed(rules.teamValues(team), patch), this.#parents());
    if ('findings' in checked) throw invalid(checked.findings);
    if (checked.spec.name !== name)
      throw invalid([{ path: 'name', message: `cannot be changed (make another team, and move the keys)` }]);
    const now = clock.wallNow();
    const next: StoredTeam = { ...team, ...checked.spec, version: team.version + 1, updatedAt: now };
    const view = storedTeamView(next, rules);
    const beside = besideOf({ action: 'teams.update', target: name, before, after: view }, change, view, now);
    const store = await this.parts.store();
    await inStore(store.teams.update(next, team.version, beside), `The team "${name}"`);
    stored.putTeam(next);
    await this.parts.remember();
    return view;
  }

  /** Deletes a team that nothing belongs to. */
  async delete(name: string, change: Change<undefined>, expected?: number): Promise<void> {
    const team = await this.#found(name, expected);
    const { access, stored, rules, clock } = this.parts;
    const keys = [...access.configKeys, ...stored.all()].filter((key) => key.team === name);
    const teams = access.teams.specs.filter(({ parent }) => parent === name);
    if (keys.length + teams.length > 0) {
      const message = `The team "${name}" has ${keys.length} keys and ${teams.length} teams below it. Move or delete them first.`;
      throw new AccessProblem('in_use', message);
    }
    const before = storedTeamView(team, rules);
    const beside = besideOf({ action: 'teams.delete', target: name, before }, change, undefined, clock.wallNow());
    const store = await this.parts.store();
    await inStore(store.teams.delete(name, expected, beside), `The team "${name}"`);
    stored.removeTeam(name);
    await this.parts.remember();
  }

  async #found(name: string, expected: number | undefined): Promise<StoredTeam> {
    const { access, stored } = this.parts;
    if (access.teams.isOfConfig(name))
      throw new AccessProblem('read_only', `The team "${name}" stands in the config: change it there.`);
    // Another node may have made or changed it a moment ago.
    if (stored.team(name) === undefined || (expected !== undefined && stored.team(name)?.version !== expected))
      await this.parts.refresh();
    const team = stored.team(name);
    if (team === undefined) throw absent(name);
    if (expected === undefined || team.version === expected) return team;
    const message = `The team "${name}" has version ${team.version}, not ${expected}: it was changed in the meantime. Read it again.`;
    throw new AccessProblem('conflict', message);
  }

  #views(): TeamView[] {
    const { access, stored, rules } = this.parts;
    return access.teams.specs.map((spec) => {
      const team = access.teams.isOfConfig(spec.name) ? undefined : stored.team(spec.name);
      return team === undefined ? configTeamView(spec, rules) : storedTeamView(team, rules);
    });
  }

  #parents(): ReadonlyMap<string, string | undefined> {
    return new Map(this.parts.access.teams.specs.map(({ name, parent }) => [name, parent]));
  }
}

function absent(name: string): AccessProblem {
  return new AccessProblem('absent', `There is no team "${name.slice(0, 100)}".`);
}
