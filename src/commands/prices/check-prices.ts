import type { Config } from '../../config/schema.ts';
import type { CommandLine } from '../command.ts';
import { configPath } from '../flags.ts';
import { loadedPrices } from './loaded-prices.ts';

/** `llm-proxy prices check`: lists the routes of a config that have no price. */
export async function checkPrices(line: CommandLine): Promise<number> {
  const file = configPath(line);
  const loaded = await loadedPrices(file, line);
  if (loaded === undefined) return 1;
  const { config, book } = loaded;
  const routes = pricedRoutes(config);
  const known = routes.filter(({ model }) => model !== undefined);
  const unpriced = known.filter(({ backend, model = '' }) => book.pricingOf({ backend, model }) === null);
  for (const { alias, backend, model = '' } of unpriced) line.out(`${alias}: ${backend}/${model} has no price`);
  for (const { alias, backend, pattern } of routes.filter(({ model }) => model === undefined))
    line.out(`${alias}: ${backend}/${pattern} depends on the name that is asked for (its \`list\` names none)`);
  const priced = known.length - unpriced.length;
  line.out(`${file}: ${priced} of ${known.length} routes have a price`);
  if (unpriced.length > 0)
    line.out('Set prices under `prices` in the config: input and output, or 0 for what is free.');
  return unpriced.length > 0 ? 1 : 0;
}

interface PricedRoute {
  readonly alias: string;
  readonly backend: string;
  readonly pattern: string;
  /** Undefined: whatever is asked for. */
  readonly model: string | undefined;
}

/** The enabled routes, those of a wildcard with the names that it lists; each model of a backend once for an alias. */
function pricedRoutes({ models, backends }: Config): PricedRoute[] {
  const enabled = new Set(backends.flatMap((backend) => (backend.enabled ? [backend.name] : [])));
  return Object.entries(models).flatMap(([alias, { routes, list = [], ...model }]) => {
    if (!model.enabled) return [];
    const prefix = alias.endsWith('*') ? alias.slice(0, -1) : alias;
    const stars = list.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    return routes
      .filter((route) => route.enabled && enabled.has(route.backend))
      .flatMap(({ backend, model: pattern }): PricedRoute[] => {
        if (!pattern.includes('*')) return [{ alias, backend, pattern, model: pattern }];
        if (stars.length === 0) return [{ alias, backend, pattern, model: undefined }];
        return stars.map((star) => ({ alias, backend, pattern, model: pattern.replace('*', () => star) }));
      });
  });
}
