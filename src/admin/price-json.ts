import { z } from 'zod';
import { decimalText } from '../lib/decimal.ts';
import { CLASSES } from '../pricing/configured-price.ts';
import { MULTIPLIER_ONE, type Price, type Pricing, type Rates, type Scale } from '../pricing/price.ts';

/** Decimal USD by a name. */
const amounts = z.record(z.string(), z.string());

const scale = z.object({
  rates: amounts.describe('USD per million tokens, by class.'),
  above: z
    .array(z.object({ tokens: z.int(), rates: amounts }))
    .describe('Rates of the whole request where its input has more tokens than that.'),
});

/** What a model costs, as the admin API gives it. */
export const priceSchema = z.object({
  source: z.enum(['config', 'table']),
  entry: z.string().describe('The entry that it comes from: `openai/gpt-5`.'),
  multiplier: z.string().describe('What all of it is multiplied by: `price_multiplier` of the backend.'),
  periods: z
    .array(
      scale.extend({
        from: z.string().nullable().describe('Since when; null: from the beginning.'),
        tiers: z.record(z.string(), scale).describe('The service tiers that have rates of their own.'),
        units: amounts.describe('USD per request, search, image and so on.'),
        tools: amounts.describe('USD per call of a tool that the provider runs.'),
      }),
    )
    .describe('The earliest first.'),
});

type PriceJson = z.output<typeof priceSchema>;

/** A price as the admin API gives it. */
export function priceJson({ source, entry, multiplier = MULTIPLIER_ONE, periods }: Pricing): PriceJson {
  return { source, entry, multiplier: decimalText(multiplier, 6), periods: periods.map(periodJson) };
}

function periodJson({ from, standard, tiers, units, tools }: Price): PriceJson['periods'][number] {
  return {
    from: from === -Infinity ? null : new Date(from).toISOString(),
    ...scaleJson(standard),
    tiers: Object.fromEntries(Object.entries(tiers).map(([name, own]) => [name, scaleJson(own)])),
    units: amountsJson(units),
    tools: amountsJson(tools),
  };
}

function scaleJson({ rates, above }: Scale): z.output<typeof scale> {
  return {
    rates: ratesJson(rates),
    above: above.map((step) => ({ tokens: step.tokens, rates: ratesJson(step.rates) })),
  };
}

/** By the words of the config. */
function ratesJson(rates: Rates): Record<string, string> {
  return Object.fromEntries(
    Object.entries(CLASSES).flatMap(([word, name]) => {
      const rate = rates[name];
      return rate === undefined ? [] : [[word, decimalText(rate, 6)]];
    }),
  );
}

function amountsJson(amountsOf: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(amountsOf).map(([name, nano]) => [name, decimalText(nano, 9)]));
}
