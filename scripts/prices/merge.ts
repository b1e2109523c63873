import type { Rates } from '../../src/pricing/price.ts';
import { decimalText } from '../../src/lib/decimal.ts';
import type { Catalogue, Entry } from './entry.ts';

/** Which source to follow where two differ, and on which page of the vendor that was read. */
export interface Decision {
  /** Of `vendor/model`. */
  readonly models: string;
  readonly take: 'litellm' | 'models.dev';
  readonly page: string;
  readonly why: string;
  /** False: what is charged by other units than tokens is gone. */
  readonly units?: boolean;
}

/** A model of which two sources say different things. */
export interface Difference {
  readonly model: string;
  /** By class: USD per million tokens of one and the other. */
  readonly rates: readonly { readonly name: string; readonly litellm: string; readonly modelsDev: string }[];
  readonly decision: Decision | undefined;
}

/** Both sources in one. LiteLLM's entry counts, for it says most; where rates differ, the decision does. */
export function merge(
  vendor: string,
  litellm: Catalogue,
  modelsDev: Catalogue,
  decisions: readonly Decision[],
): { catalogue: Catalogue; differences: Difference[]; agreed: number } {
  const catalogue: Catalogue = new Map(litellm);
  const differences: Difference[] = [];
  let agreed = 0;
  for (const [name, other] of modelsDev) {
    const entry = litellm.get(name);
    if (entry === undefined) {
      catalogue.set(name, other);
      continue;
    }
    const rates = COMPARED.flatMap((each) => compare(each, entry.rates[each], other.rates[each]));
    if (rates.length === 0) {
      agreed++;
      catalogue.set(name, completed(entry, other));
      continue;
    }
    const model = `${vendor}/${name}`;
    const decision = decisions.find(({ models }) => new RegExp(models).test(model));
    differences.push({ model, rates, decision });
    if (decision?.take === 'models.dev') {
      const right = corrected(entry, other);
      catalogue.set(name, decision.units === false ? { ...right, units: {} } : right);
    }
  }
  return { catalogue, differences, agreed };
}

const COMPARED = ['input', 'output', 'cacheRead', 'cacheWrite5m'] as const satisfies readonly (keyof Rates)[];

/** A source that is silent contradicts nothing. */
function compare(name: keyof Rates, litellm: number | undefined, modelsDev: number | undefined): Difference['rates'] {
  if (litellm === modelsDev || litellm === undefined || modelsDev === undefined || modelsDev === 0) return [];
  return [{ name, litellm: decimalText(litellm, 6), modelsDev: decimalText(modelsDev, 6) }];
}

/** The entry with what only the other source says. */
function completed(entry: Entry, other: Entry): Entry {
  return {
    ...entry,
    rates: { ...other.rates, ...entry.rates },
    above: bothSteps(entry.above, other.above),
    ...(other.thinking === true && entry.rates.reasoning === undefined && { thinking: true }),
  };
}

function bothSteps(own: Entry['above'], other: Entry['above']): Entry['above'] {
  if (own.size === 0) return other;
  return new Map([...own].map(([tokens, rates]) => [tokens, { ...other.get(tokens), ...rates }]));
}

/**
 * The entry with the rates of the other source. What only this one says is scaled as the price of input is: its tiers and
 * its other classes are multiples of that.
 */
function corrected(entry: Entry, other: Entry): Entry {
  const [was = 0, is = 0] = [entry.rates.input, other.rates.input];
  const scaled = (rates: Partial<Rates>): Partial<Rates> =>
    Object.fromEntries(
      Object.entries(rates).map(([name, rate]) => [
        name,
        was === 0 ? rate : Number((BigInt(rate) * BigInt(is) * 2n + BigInt(was)) / (BigInt(was) * 2n)),
      ]),
    );
  const steps = (above: Entry['above']) => new Map([...above].map(([tokens, rates]) => [tokens, scaled(rates)]));
  return {
    ...entry,
    rates: { ...scaled(entry.rates), ...other.rates },
    ...(other.thinking === true && { thinking: true }),
    above: entry.above.size > 0 ? steps(entry.above) : other.above,
    tiers: Object.fromEntries(
      Object.entries(entry.tiers).map(([tier, scale]) => [
        tier,
        { rates: scaled(scale.rates), above: steps(scale.above) },
      ]),
    ),
  };
}
