import type { Alias } from '../core/route.ts';
import { NO_ALIAS } from '../core/route.ts';

/** The names that series have from one config, to tell those that an older one left behind. */
export class ConfiguredLabels {
  /** Of a label → its values that the config has; other labels are not from it. */
  readonly #known: Readonly<Record<string, ReadonlySet<string>>>;
  /** `backend/model`, and alias and backend. */
  readonly #pairs: ReadonlySet<string>;

  constructor(aliases: readonly Alias[], backends: Iterable<string>) {
    const alias = new Set([...aliases.map(({ name }) => name), '', NO_ALIAS]);
    const backend = new Set([...backends, '']);
    const routes = aliases.flatMap(({ name, tiers }) => tiers.flat().map((route) => ({ name, route })));
    const model = new Set([...routes.map(({ route }) => route.modelLabel), '', NO_ALIAS]);
    const models = routes.map(({ route }) => `${route.backend.name}/${route.modelLabel}`);
    const ends = new Set([...alias, ...backend, ...models]);
    this.#known = { alias, backend, model, from: ends, to: ends };
    this.#pairs = new Set([...models, ...routes.map(({ name, route }) => pair(name, route.backend.name))]);
  }

  /** Whether the config can still add to a series of these labels. */
  has(labels: readonly string[], values: readonly string[]): boolean {
    if (!labels.every((label, index) => this.#known[label]?.has(values[index] ?? '') ?? true)) return false;
    const of = (label: string): string => values[labels.indexOf(label)] ?? '';
    const [alias, backend, model] = [of('alias'), of('backend'), of('model')];
    if (backend === '') return true;
    if (!isNone(model) && !this.#pairs.has(`${backend}/${model}`)) return false;
    return isNone(alias) || this.#pairs.has(pair(alias, backend));
  }
}

function isNone(name: string): boolean {
  return name === '' || name === NO_ALIAS;
}

function pair(alias: string, backend: string): string {
  return `${alias}\0${backend}`;
}
