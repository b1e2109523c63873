import { priceLines } from '../../pricing/price-lines.ts';
import type { Pricing } from '../../pricing/price.ts';
import type { PriceTable } from '../../pricing/price-table.ts';
import type { CommandLine } from '../command.ts';
import { configPath } from '../flags.ts';
import { hasConfig, loadedPrices, tableOf } from './loaded-prices.ts';
import type { LoadedPrices } from './loaded-prices.ts';

/** `llm-proxy prices show`: prints what a model costs, or what the table is. */
export async function showPrice(line: CommandLine): Promise<number> {
  const { secondArgument: asked, out, err } = line;
  const loaded = hasConfig(line) ? await loadedPrices(configPath(line), line) : undefined;
  const table = loaded?.table ?? tableOf(line);
  if (asked === undefined) {
    out(`price table of ${table.date}: ${table.size} models of ${table.vendors.length} vendors`);
    for (const { name, version, date } of table.sources) out(`  ${name}: ${version}, ${date}`);
    return 0;
  }
  const found = (loaded && ofConfig(asked, loaded)) ?? ofTable(asked, table);
  for (const { title, pricing } of found) {
    out(pricing === null ? `${title}: no price` : `${title}: ${pricing.entry} of ${origin(pricing, table.date)}`);
    if (pricing !== null) for (const text of priceLines(pricing)) out(`  ${text}`);
  }
  if (found.length === 0) err(`nothing is known of ${asked}: name an alias, backend/model, vendor/model or a model`);
  return found.some(({ pricing }) => pricing !== null) ? 0 : 1;
}

function origin({ source }: Pricing, date: string): string {
  return source === 'config' ? 'the config' : `the table of ${date}`;
}

interface Shown {
  readonly title: string;
  readonly pricing: Pricing | null;
}

/** What an alias or `backend/model` of the config costs; undefined where there is nothing of the kind in it. */
function ofConfig(asked: string, { config, book }: LoadedPrices): Shown[] | undefined {
  const alias = Object.hasOwn(config.models, asked) ? config.models[asked] : undefined;
  if (alias !== undefined) {
    return alias.routes.map(({ backend, model }) => ({
      title: `${backend}/${model}`,
      pricing: book.pricingOf({ backend, model }),
    }));
  }
  const slash = asked.indexOf('/');
  const [backend, model] = [asked.slice(0, slash), asked.slice(slash + 1)];
  if (!config.backends.some(({ name }) => name === backend)) return undefined;
  return [{ title: asked, pricing: book.pricingOf({ backend, model }) }];
}

/** What a vendor's model costs in the table, or a model at each vendor that has it. */
function ofTable(asked: string, table: PriceTable): Shown[] {
  const of = (vendor: string, model: string): Shown[] => {
    const found = table.find(vendor, model);
    return found === undefined ? [] : [{ title: `${vendor}/${model}`, pricing: { source: 'table', ...found } }];
  };
  const owner = table.vendors.find((vendor) => asked.startsWith(`${vendor}/`));
  const own = owner === undefined ? [] : of(owner, asked.slice(owner.length + 1));
  return own.length > 0 ? own : table.vendors.flatMap((vendor) => of(vendor, asked));
}
