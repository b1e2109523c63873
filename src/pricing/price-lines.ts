import { decimalText } from '../lib/decimal.ts';
import { CLASSES } from './configured-price.ts';
import type { Price, Pricing, Rates, Scale } from './price.ts';

/** A price in words, a line for each list of rates: `batch: input 0.625, output 5`. In USD per million tokens. */
export function priceLines({ periods, multiplier }: Pricing): string[] {
  return [
    ...periods.flatMap((price) => [
      ...(price.from === -Infinity ? [] : [`from ${new Date(price.from).toISOString()}:`]),
      ...linesOf(price),
    ]),
    ...(multiplier === undefined ? [] : [`all of it times ${decimalText(multiplier, 6)}`]),
  ];
}

function linesOf({ standard, tiers, units, tools }: Price): string[] {
  return [
    ...scaleLines('USD per million tokens', standard),
    ...Object.entries(tiers).flatMap(([tier, scale]) => scaleLines(tier, scale)),
    ...amountLine('USD per', units),
    ...amountLine('USD per call of', tools),
  ];
}

function scaleLines(title: string, { rates, above }: Scale): string[] {
  const own = ratesText(rates);
  return [
    ...(own === '' ? [] : [`${title}: ${own}`]),
    ...above.map((step) => `${title}, above ${step.tokens} tokens of input: ${ratesText(step.rates)}`),
  ];
}

function ratesText(rates: Rates): string {
  return Object.entries(CLASSES)
    .flatMap(([key, name]) => {
      const rate = rates[name];
      return rate === undefined ? [] : [`${key} ${decimalText(rate, 6)}`];
    })
    .join(', ');
}

function amountLine(title: string, amounts: Readonly<Record<string, number>>): string[] {
  const text = Object.entries(amounts).map(([name, nano]) => `${name} ${decimalText(nano, 9)}`);
  return text.length === 0 ? [] : [`${title} ${text.join(', ')}`];
}
