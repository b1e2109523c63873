import { readDecimal } from '../../src/lib/decimal.ts';
import { TOKEN_CLASSES } from '../../src/core/token-classes.ts';
import type { Rates, ServiceTier } from '../../src/pricing/price.ts';
import { SERVICE_TIERS } from '../../src/pricing/price.ts';

/** Rates that are being collected. */
export type Draft = { -readonly [K in keyof Rates]: Rates[K] };

/** What a source says of one model, in the units of the table. */
export interface Entry {
  rates: Draft;
  above: Map<number, Draft>;
  tiers: Partial<Record<ServiceTier, { rates: Draft; above: Map<number, Draft> }>>;
  /** All output costs what thoughts do once there are any. */
  thinking?: true;
  units: Record<string, number>;
  tools: Record<string, number>;
}

/** An entry that says nothing yet. */
export function blankEntry(): Entry {
  return { rates: {}, above: new Map(), tiers: {}, units: {}, tools: {} };
}

/** Prices by canonical name of the model. */
export type Catalogue = Map<string, Entry>;

/**
 * A number of USD as a whole number of units of 10 to the power of minus `places`, rounded half up: sources that calculate
 * with floating point have numbers such as 1.0000000000000001e-07.
 */
export function unitsOf(usd: unknown, places: number): number | undefined {
  if (typeof usd !== 'number' || usd < 0) return undefined;
  const exact = readDecimal(usd, places + 30);
  if (exact === undefined) return undefined;
  const divisor = 10n ** 30n;
  return Number((exact + divisor / 2n) / divisor);
}

/** Takes out the rates that say the same as that of the class which includes theirs. */
export function dropRepeated({ rates }: Entry): void {
  for (const [name, including] of REPEATS) if (rates[name] === rates[including]) delete rates[name];
}

const REPEATS = [
  ['reasoning', 'output'],
  ['audioOut', 'output'],
  ['imageOut', 'output'],
  ['audioIn', 'input'],
  ['imageIn', 'input'],
] as const;

/** The entry as it stands in the table: as short as possible. */
export function written(entry: Entry, vendorTools: Readonly<Record<string, number>>): unknown {
  const tiers = Object.fromEntries(
    SERVICE_TIERS.flatMap((tier) => {
      const scale = entry.tiers[tier];
      return scale === undefined ? [] : [[tier, writtenScale(scale.rates, scale.above)]];
    }),
  );
  const tools = Object.fromEntries(Object.entries(entry.tools).filter(([name, cost]) => vendorTools[name] !== cost));
  const own = writtenScale(entry.rates, entry.above);
  const whole = {
    ...(Array.isArray(own) ? (own.length > 0 ? { rates: own } : {}) : (own as object)),
    ...tiers,
    ...(entry.thinking === true && entry.rates.reasoning !== undefined ? { thinking: true } : {}),
    ...(Object.keys(entry.units).length > 0 ? { units: entry.units } : {}),
    ...(Object.keys(tools).length > 0 ? { tools } : {}),
  };
  return Object.keys(whole).join() === 'rates' ? own : whole;
}

function writtenScale(rates: Draft, above: ReadonlyMap<number, Draft>): unknown {
  if (above.size === 0) return listOf(rates);
  const steps = [...above].toSorted(([a], [b]) => a - b).map(([tokens, dearer]) => [tokens, listOf(dearer)]);
  return { rates: listOf(rates), above: steps };
}

function listOf(rates: Draft): (number | null)[] {
  const list = TOKEN_CLASSES.map((name) => rates[name] ?? null);
  return list.slice(0, list.findLastIndex((rate) => rate !== null) + 1);
}
