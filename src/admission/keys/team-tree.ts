import type { TeamSpec } from '../../core/key-spec.ts';
import { NO_LIMITS, type SharedLimits, type Team } from '../../core/team.ts';

/**
 * All teams, as a tree. Callers hold on to a team, not to what it was: a change counts for all of them at once. A team of
 * the config takes the place of one of the store that has its name.
 */
export class TeamTree {
  readonly #nodes = new Map<string, TeamNode>();
  /** Nodes of teams that do not exist: they are there for as long as a key holds on to them. */
  readonly #absent = new Map<string, WeakRef<TeamNode>>();
  #ofConfig: ReadonlyMap<string, TeamSpec> = new Map();
  readonly #stored = new Map<string, TeamSpec>();

  /** The team of this name; one that does not exist has a fault, until it does. */
  team(name: string): Team {
    return this.#node(name);
  }

  /** Whether the config has it, so that nothing else can change it. */
  isOfConfig(name: string): boolean {
    return this.#ofConfig.has(name);
  }

  /** Whether there is a team of this name. */
  has(name: string): boolean {
    return this.#specOf(name) !== undefined;
  }

  /** Every team that exists. */
  get specs(): TeamSpec[] {
    const names = new Set([...this.#ofConfig.keys(), ...this.#stored.keys()]);
    return [...names].flatMap((name) => this.#specOf(name) ?? []);
  }

  /** Lets the teams of another config count. */
  configure(specs: readonly TeamSpec[]): void {
    this.#ofConfig = new Map(specs.map((spec) => [spec.name, spec]));
    this.#link();
  }

  /** Takes over what has changed in the store. */
  change(changed: readonly TeamSpec[], removed: readonly string[] = []): void {
    for (const name of removed) this.#stored.delete(name);
    for (const spec of changed) this.#stored.set(spec.name, spec);
    this.#link();
  }

  #specOf(name: string): TeamSpec | undefined {
    return this.#ofConfig.get(name) ?? this.#stored.get(name);
  }

  #node(name: string): TeamNode {
    const known = this.#nodes.get(name) ?? this.#absent.get(name)?.deref();
    if (known !== undefined) return known;
    const node = new TeamNode(name);
    this.#absent.set(name, new WeakRef(node));
    return node;
  }

  /** Teams are few, and change seldom: all are looked at. */
  #link(): void {
    for (const { name } of this.specs) {
      this.#nodes.set(name, this.#node(name));
      this.#absent.delete(name);
    }
    for (const [name, node] of this.#nodes) {
      if (this.has(name)) continue;
      this.#nodes.delete(name);
      this.#absent.set(name, new WeakRef(node));
    }
    const nodes = [...this.#nodes.values(), ...this.#held()];
    for (const node of nodes) {
      const spec = this.#specOf(node.name);
      node.models = spec?.models;
      node.limits = spec ?? NO_LIMITS;
    }
    for (const node of nodes) this.#linkOne(node);
  }

  /** The nodes of teams that do not exist, of which keys are; those that nobody holds on to are forgotten. */
  #held(): TeamNode[] {
    const held: TeamNode[] = [];
    for (const [name, reference] of this.#absent) {
      const node = reference.deref();
      if (node === undefined) this.#absent.delete(name);
      else held.push(node);
    }
    return held;
  }

  #linkOne(node: TeamNode): void {
    const lineage: TeamNode[] = [];
    node.fault = undefined;
    for (let name: string | undefined = node.name; name !== undefined; name = this.#specOf(name)?.parent) {
      if (this.#specOf(name) === undefined) node.fault = `the team \`${name}\` does not exist`;
      if (lineage.some((each) => each.name === name)) node.fault = `the team \`${name}\` stands above itself`;
      if (node.fault !== undefined) break;
      lineage.push(this.#node(name));
    }
    node.lineage = lineage;
  }
}

class TeamNode implements Team {
  models: readonly string[] | undefined;
  limits: SharedLimits = NO_LIMITS;
  lineage: readonly TeamNode[] = [];
  fault: string | undefined;

  constructor(readonly name: string) {
    this.fault = `the team \`${name}\` does not exist`;
  }
}
