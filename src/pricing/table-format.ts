import { TOKEN_CLASSES } from '../core/token-classes.ts';
import { asArray, asObject } from '../lib/json.ts';
import type { Price, Rates, Scale, ServiceTier } from './price.ts';
import { SERVICE_TIERS } from './price.ts';

/** A price table as its file has it. The entries of models are read when somebody asks for them. */
export interface TableFile {
  /** The day on which it was made: `2026-11-30`. */
  readonly date: string;
  readonly sources: readonly TableSource[];
  readonly vendors: Readonly<Record<string, VendorPrices>>;
}

/** Where prices of a table come from. */
export interface TableSource {
  readonly name: string;
  readonly version: string;
  readonly date: string;
}

/** A vendor's part of a table file. */
export interface VendorPrices {
  /** In nano-USD per call, for all models that say nothing else. */
  readonly tools: Readonly<Record<string, number>>;
  /** By canonical name; `readEntry` reads one. */
  readonly models: Readonly<Record<string, unknown>>;
}

/** What is wrong with a price table, and where. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

/** Reads a table file but for its entries. Throws a TableError for what is none. */
export function readTable(text: string): TableFile {
  const file = asObject(parsed(text));
  if (file === undefined || file['format'] !== FORMAT)
    throw new TableError(`it is no price table of this program ("format": ${FORMAT} is missing)`);
  const { date, sources, vendors } = file;
  if (typeof date !== 'string' || !DAY.test(date)) throw new TableError('date: a day such as 2026-11-30 is missing');
  return {
    date,
    sources: asArray(sources).map(readSource),
    vendors: Object.fromEntries(
      Object.entries(asObject(vendors) ?? {}).map(([name, vendor]) => [name, readVendor(vendor, `vendors.${name}`)]),
    ),
  };
}

/** Reads every entry, too, so that no wrong one is found later. */
export function checkTable({ vendors }: TableFile): void {
  for (const [name, { tools, models }] of Object.entries(vendors)) {
    for (const [model, entry] of Object.entries(models)) readEntry(entry, tools, `${name}/${model}`);
  }
}

/**
 * Reads the prices of one model: a list of rates in the order of TOKEN_CLASSES; or an object with such a list as `rates`,
 * with `above`, service tiers, `units`, `tools`, `from`, and `thinking` where all output costs what thoughts do once there
 * are any; or a list of such objects, the earliest first.
 */
export function readEntry(entry: unknown, tools: Readonly<Record<string, number>>, where: string): Price[] {
  const list = asArray(entry);
  const periods = list.some((each) => asObject(each) !== undefined) ? list : [entry];
  const prices = periods.map((period) => readPrice(period, tools, where));
  if (prices.some(({ from }, index) => index > 0 && from <= (prices[index - 1]?.from ?? Infinity)))
    throw new TableError(`${where}: each period has to begin later than the one before`);
  return prices;
}

const FORMAT = 1;
const ENTRY_KEYS: ReadonlySet<string> = new Set([
  'rates',
  'above',
  'thinking',
  'units',
  'tools',
  'from',
  ...SERVICE_TIERS,
]);
const DAY = /^\d{4}-\d\d-\d\d$/;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TableError(`it is no JSON (${(error as Error).message})`);
  }
}

function readSource(source: unknown): TableSource {
  const { name, version, date } = asObject(source) ?? {};
  if (typeof name !== 'string' || typeof version !== 'string' || typeof date !== 'string')
    throw new TableError('sources: each needs a name, a version and a date');
  return { name, version, date };
}

function readVendor(vendor: unknown, where: string): VendorPrices {
  const { tools = {}, models } = asObject(vendor) ?? {};
  const known = asObject(models);
  if (known === undefined) throw new TableError(`${where}.models: an object is missing`);
  return { tools: readAmounts(tools, `${where}.tools`), models: known };
}

function readPrice(period: unknown, vendorTools: Readonly<Record<string, number>>, where: string): Price {
  const object = Array.isArray(period) ? { rates: period } : asObject(period);
  if (object === undefined) throw new TableError(`${where}: is no list of rates and no object`);
  const strange = Object.keys(object).find((key) => !ENTRY_KEYS.has(key));
  if (strange !== undefined) throw new TableError(`${where}.${strange}: is unknown`);
  const { from, thinking, units = {}, tools = {} } = object as Record<string, unknown>;
  if (thinking !== undefined && thinking !== true) throw new TableError(`${where}.thinking: is not true`);
  const start = from === undefined ? -Infinity : typeof from === 'string' && DAY.test(from) ? Date.parse(from) : NaN;
  if (Number.isNaN(start)) throw new TableError(`${where}.from: is no day such as 2026-11-30`);
  const tiers: Partial<Record<ServiceTier, Scale>> = {};
  for (const tier of SERVICE_TIERS) {
    const scale = (object as Record<string, unknown>)[tier];
    if (scale !== undefined) tiers[tier] = readScale(scale, `${where}.${tier}`);
  }
  return {
    from: start,
    standard: readScale(object, where),
    tiers,
    ...(thinking === true && { thinkingPricesOutput: true }),
    units: readAmounts(units, `${where}.units`),
    tools: { ...vendorTools, ...readAmounts(tools, `${where}.tools`) },
  };
}

function readScale(scale: unknown, where: string): Scale {
  const { rates = [], above = [] } = Array.isArray(scale) ? { rates: scale } : (asObject(scale) ?? {});
  if (!Array.isArray(above)) throw new TableError(`${where}.above: is no list`);
  const read = above.map((each: unknown) => {
    const [tokens, list] = asArray(each);
    if (!isAmount(tokens)) throw new TableError(`${where}.above: needs pairs of a number of tokens and rates`);
    return { tokens, rates: readRates(list, `${where}.above`) };
  });
  return { rates: readRates(rates, where), above: read.toSorted((a, b) => a.tokens - b.tokens) };
}

function readRates(list: unknown, where: string): Rates {
  if (!Array.isArray(list) || list.length > TOKEN_CLASSES.length) throw new TableError(`${where}: is no list of rates`);
  const rates: Partial<Record<(typeof TOKEN_CLASSES)[number], number>> = {};
  for (const [index, rate] of list.entries()) {
    const name = TOKEN_CLASSES[index];
    if (rate === null || name === undefined) continue;
    if (!isAmount(rate)) throw new TableError(`${where}: the rate of ${name} is no whole number of 0 or more`);
    rates[name] = rate;
  }
  return rates;
}

function readAmounts(amounts: unknown, where: string): Record<string, number> {
  const object = asObject(amounts);
  if (object === undefined) throw new TableError(`${where}: is no object`);
  for (const [name, amount] of Object.entries(object)) {
    if (!isAmount(amount)) throw new TableError(`${where}.${name}: is no whole number of 0 or more`);
  }
  return object as Record<string, number>;
}

function isAmount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
