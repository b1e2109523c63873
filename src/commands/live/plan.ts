import type { Config } from '../../config/schema.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import type { Purpose } from '../../vendors/models/purpose.ts';
import { wildcardMatches } from '../../lib/wildcard.ts';

type ModelConfig = Config['models'][string];
type RouteConfig = ModelConfig['routes'][number];

/** One request to one model at one backend, for all routes that lead there. */
export interface Probe {
  /** The aliases whose routes lead there, by the names that clients would ask for. */
  readonly aliases: string[];
  readonly backend: string;
  readonly model: string;
  readonly purpose: Purpose;
  readonly timeout: ModelConfig['timeout'];
  /** Why it is not asked; undefined: it is. */
  readonly notAsked: string | undefined;
}

/** Which routes are to be asked; empty: all. */
export interface Filter {
  readonly aliases: readonly string[];
  readonly backends: readonly string[];
}

/** The requests that show whether each enabled route of a config serves. */
export function planProbes(config: Config, { aliases, backends }: Filter): Probe[] {
  const enabled = new Set(config.backends.filter((backend) => backend.enabled).map(({ name }) => name));
  const probes = new Map<string, Probe>();
  for (const { name, matched, model } of namedAliases(config, aliases)) {
    for (const route of model.routes) {
      if (!route.enabled || !enabled.has(route.backend)) continue;
      if (backends.length > 0 && !backends.includes(route.backend)) continue;
      add(probes, name, probeOf(route, matched, model));
    }
  }
  return [...probes.values()];
}

interface NamedModel {
  readonly name: string;
  /** What stands for the `*` of a wildcard; undefined where nothing is known to. */
  readonly matched: string | undefined;
  readonly model: ModelConfig;
}

/** The aliases that are meant: all, or those of these names, which may be ones that a wildcard matches. */
function namedAliases({ models }: Config, names: readonly string[]): NamedModel[] {
  const enabled = Object.entries(models).filter(([, model]) => model.enabled);
  if (names.length === 0) return enabled.map(([name, model]) => asListed(name, model));
  return names.flatMap((wanted) => {
    const own = enabled.find(([name]) => name === wanted);
    if (own !== undefined) return [asListed(...own)];
    const wildcards = enabled.filter(([name]) => wildcardMatches(name, wanted)).sort(([a], [b]) => b.length - a.length);
    return wildcards
      .slice(0, 1)
      .map(([name, model]) => ({ name: wanted, matched: wanted.slice(name.length - 1), model }));
  });
}

/** Of a wildcard the first name that it lists stands for all. */
function asListed(name: string, model: ModelConfig): NamedModel {
  const [listed] = name.endsWith('*') ? (model.list ?? []) : [];
  return listed === undefined
    ? { name, matched: undefined, model }
    : { name: listed, matched: listed.slice(name.length - 1), model };
}

const NO_NAME = 'which model it stands for is not known: name one with --alias, or under `list` of the alias';
const TOO_EXPENSIVE = 'to ask for an image, audio or video costs too much';

function probeOf({ backend, model: written }: RouteConfig, matched: string | undefined, alias: ModelConfig): Probe {
  const isOpen = written.includes('*') && matched === undefined;
  const model = matched === undefined ? written : written.replace('*', () => matched);
  const { purpose } = factsOf(model);
  const notAsked = isOpen ? NO_NAME : purpose === 'media' ? TOO_EXPENSIVE : undefined;
  return { aliases: [], backend, model, purpose, timeout: alias.timeout, notAsked };
}

function add(probes: Map<string, Probe>, alias: string, probe: Probe): void {
  const key = `${probe.backend}\0${probe.model}`;
  const known = probes.get(key) ?? probe;
  probes.set(key, known);
  if (!known.aliases.includes(alias)) known.aliases.push(alias);
}

/** OpenAI's Responses takes no lower limit. */
const FEW_TOKENS = 16;
/** Who cannot be kept from thinking needs room for it, or has nothing to say; a greeting takes little of it. */
const THINKING_TOKENS = 1024;

/** How a model is asked for the shortest answer. */
export function leastEffort(model: string): { readonly maxTokens: number; readonly unthinking: boolean } {
  const { reasons, efforts = [] } = factsOf(model);
  if (reasons !== true) return { maxTokens: FEW_TOKENS, unthinking: false };
  return { maxTokens: efforts.includes('none') ? FEW_TOKENS : THINKING_TOKENS, unthinking: true };
}
