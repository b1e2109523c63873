import type { Cost } from '../core/ledger-row.ts';
import type { Consumption } from '../core/token-classes.ts';
import { TOKEN_CLASSES } from '../core/token-classes.ts';
import { MULTIPLIER_ONE } from './price.ts';
import type { Price, Pricing } from './price.ts';
import { ratesOf } from './rates-of.ts';
import { toolName } from './tool-name.ts';

/**
 * What was used costs so much at a time (milliseconds since the epoch), rounded half up to a nano-USD once. What the
 * provider states itself wins. Null: it is not known what some of it costs; that is never taken for nothing.
 */
export function costOf(used: Consumption, pricing: Pricing | null, at: number): Cost | null {
  if (used.statedNanoUsd !== undefined) {
    return isCount(used.statedNanoUsd) ? { nanoUsd: used.statedNanoUsd, source: 'stated', rates: {} } : null;
  }
  const price = pricing?.periods.findLast(({ from }) => from <= at);
  const lines = pricing === null || price === undefined ? undefined : linesOf(used, price);
  if (pricing === null || lines === undefined) return null;
  const rates: Record<string, number> = {};
  for (const { name, rate } of lines) rates[name] = rate;
  const { multiplier } = pricing;
  if (multiplier !== undefined) rates['multiplier'] = multiplier;
  return { nanoUsd: sum(lines, multiplier ?? MULTIPLIER_ONE), source: pricing.source, rates };
}

/** One line of the bill. */
interface Line {
  /** A class of tokens, a unit, or a tool. */
  readonly name: string;
  readonly count: number;
  /** In pico-USD per token, in nano-USD per unit or call. */
  readonly rate: number;
  readonly picoUsdPerRate: 1 | 1000;
}

/** Undefined if something was used whose rate is not known. */
function linesOf(used: Consumption, price: Price): Line[] | undefined {
  const rateOf = ratesOf(price, used.tier, inputTokens(used));
  if (rateOf === undefined) return undefined;
  const isThought = price.thinkingPricesOutput === true && used.reasoning > 0;
  const lines: Line[] = [];
  for (const name of TOKEN_CLASSES) {
    const count = used[name];
    if (count === 0) continue;
    const rate = rateOf(name === 'output' && isThought ? 'reasoning' : name);
    if (rate === undefined || !isCount(count)) return undefined;
    lines.push({ name, count, rate, picoUsdPerRate: 1 });
  }
  for (const called in used.serverTools) {
    const count = used.serverTools[called] ?? 0;
    if (count === 0) continue;
    const name = Object.hasOwn(price.tools, called) ? called : toolName(called);
    const rate = Object.hasOwn(price.tools, name) ? price.tools[name] : undefined;
    if (rate === undefined || !isCount(count)) return undefined;
    lines.push({ name, count, rate, picoUsdPerRate: 1000 });
  }
  const isCounted = addUnits(lines, used, price);
  return isCounted ? lines : undefined;
}

/**
 * Adds what is charged by images, seconds and the like. False if the model is charged by these alone, and none of them
 * was counted: then it is not known how much was used.
 */
function addUnits(lines: Line[], used: Consumption, price: Price): boolean {
  const { isByToken, units } = chargedBy(price);
  let isCounted = isByToken || units.length === 0;
  for (const [name, rate] of units) {
    const count = name === 'request' ? 1 : used.units?.[name];
    if (count === undefined) continue;
    if (!isCount(count)) return false;
    isCounted = true;
    if (count > 0) lines.push({ name: `per_${name}`, count, rate, picoUsdPerRate: 1000 });
  }
  return isCounted;
}

/** By what a price charges. It does not change, and every request asks for it. */
interface ChargedBy {
  readonly isByToken: boolean;
  readonly units: readonly (readonly [name: string, rate: number])[];
}

const CHARGED_BY = new WeakMap<Price, ChargedBy>();

function chargedBy(price: Price): ChargedBy {
  const known = CHARGED_BY.get(price);
  if (known !== undefined) return known;
  const found = {
    isByToken: Object.keys(price.standard.rates).length > 0,
    units: Object.entries<number>(price.units),
  };
  CHARGED_BY.set(price, found);
  return found;
}

/** All input, which decides whether it is a long one. */
function inputTokens(used: Consumption): number {
  return used.input + used.cacheRead + used.cacheWrite5m + used.cacheWrite1h + used.audioIn + used.imageIn;
}

/** The sum in nano-USD. What is beyond what a number can hold exactly (9 million USD) is cut to that. */
function sum(lines: readonly Line[], multiplier: number): number {
  let pico = 0;
  for (const { count, rate, picoUsdPerRate } of lines) pico += count * rate * picoUsdPerRate;
  // A sum of whole numbers that is exact at its end was exact all the way: none of them is negative.
  if (multiplier === MULTIPLIER_ONE && pico <= MOST_EXACT) return (pico + 500 - ((pico + 500) % 1000)) / 1000;
  let exact = 0n;
  for (const line of lines) exact += BigInt(line.count) * BigInt(line.rate) * BigInt(line.picoUsdPerRate);
  const divisor = 1000n * BigInt(MULTIPLIER_ONE);
  const nano = (exact * BigInt(multiplier) * 2n + divisor) / (divisor * 2n);
  return nano > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(nano);
}

const MOST_EXACT = Number.MAX_SAFE_INTEGER - 1000;

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
