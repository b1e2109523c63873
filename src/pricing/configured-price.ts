import { readDecimal } from '../lib/decimal.ts';
import type { PriceRule } from './price-rules.ts';
import type { Price, Rates, Scale, ServiceTier } from './price.ts';
import { MULTIPLIER_ONE, SERVICE_TIERS, UNITS } from './price.ts';

/** A price as the config has it, every amount as decimal text. */
export type ConfiguredPrice = ConfiguredPeriod & {
  readonly changes?: readonly ConfiguredPeriod[] | undefined;
  readonly like?: string | undefined;
};

type ConfiguredRates = Readonly<Partial<Record<keyof typeof CLASSES, string | undefined>>>;

type ConfiguredPeriod = ConfiguredRates &
  Readonly<Partial<Record<(typeof SERVICE_TIERS)[number] | `per_${(typeof UNITS)[number]}`, string | undefined>>> & {
    readonly from?: string | undefined;
    readonly above?: readonly (ConfiguredRates & { readonly tokens: number })[] | undefined;
    readonly tools?: Readonly<Record<string, string>> | undefined;
  };

/** What an entry of the config's `prices` says. */
export function priceRule(pattern: string, { changes = [], like, ...first }: ConfiguredPrice): PriceRule {
  if (like !== undefined) return { pattern, periods: [], like };
  const isPriced = Object.entries(first).some(([key, value]) => key !== 'from' && value !== undefined);
  return { pattern, periods: (isPriced ? [first, ...changes] : changes).map(priceOf) };
}

/** A factor, as decimal text, in millionths. */
export function millionths(factor: string): number {
  return Number(readDecimal(factor, 6) ?? BigInt(MULTIPLIER_ONE));
}

/** The classes of tokens by the config's keys. */
export const CLASSES = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write: 'cacheWrite5m',
  cache_write_1h: 'cacheWrite1h',
  reasoning: 'reasoning',
  audio_input: 'audioIn',
  audio_output: 'audioOut',
  image_input: 'imageIn',
  image_output: 'imageOut',
} as const satisfies Readonly<Record<string, keyof Rates>>;

function priceOf(period: ConfiguredPeriod): Price {
  const standard = {
    rates: ratesOf(period),
    above: (period.above ?? [])
      .map((step) => ({ tokens: step.tokens, rates: ratesOf(step) }))
      .toSorted((a, b) => a.tokens - b.tokens),
  };
  const tiers: Partial<Record<ServiceTier, Scale>> = {};
  for (const tier of SERVICE_TIERS) {
    const factor = period[tier];
    if (factor !== undefined) tiers[tier] = multiplied(standard, BigInt(millionths(factor)));
  }
  const units: Record<string, number> = {};
  for (const unit of UNITS) {
    const usd = period[`per_${unit}`];
    if (usd !== undefined) units[unit] = nanoUsd(usd);
  }
  return {
    from: period.from === undefined ? -Infinity : Date.parse(period.from),
    standard,
    tiers,
    units,
    tools: Object.fromEntries(Object.entries(period.tools ?? {}).map(([name, usd]) => [name, nanoUsd(usd)])),
  };
}

function ratesOf(configured: ConfiguredRates): Rates {
  const rates: Partial<Record<keyof Rates, number>> = {};
  for (const [key, name] of Object.entries(CLASSES)) {
    const usd = configured[key as keyof typeof CLASSES];
    // USD per million tokens with six places are pico-USD per token.
    if (usd !== undefined) rates[name] = Number(readDecimal(usd, 6) ?? 0n);
  }
  return rates;
}

function multiplied({ rates, above }: Scale, factor: bigint): Scale {
  const each = (list: Rates): Rates =>
    Object.fromEntries(
      Object.entries(list).map(([name, rate]) => [
        name,
        Number((BigInt(rate) * factor * 2n + BigInt(MULTIPLIER_ONE)) / (BigInt(MULTIPLIER_ONE) * 2n)),
      ]),
    );
  return { rates: each(rates), above: above.map(({ tokens, rates: long }) => ({ tokens, rates: each(long) })) };
}

function nanoUsd(usd: string): number {
  return Number(readDecimal(usd, 9) ?? 0n);
}
