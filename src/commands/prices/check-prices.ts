import { pricedRoutes } from '../../config/priced-routes.ts';
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
