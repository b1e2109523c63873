import type { TokenClasses } from '../core/token-classes.ts';
import type { Price, Rates, Scale, ServiceTier } from './price.ts';

type TokenClass = keyof TokenClasses;

/** The rate of a class, in pico-USD per token; undefined: nobody knows. */
export type RateOf = (name: TokenClass) => number | undefined;

/**
 * The rates of a request with so many tokens of input that was served in a tier; undefined if what the tier costs is not
 * known. Where one list of rates lacks a class, what stands in for it is never less than what the vendor charges:
 * of a cheaper list (batch, flex) the standard rate; of a dearer one (long input, priority) the greater of the standard
 * rate and the list's own rate of the class that includes it.
 */
export function ratesOf(price: Price, tier: string | undefined, inputTokens: number): RateOf | undefined {
  const standard = inList(price.standard.rates);
  const long = longRates(price.standard, inputTokens);
  const standardLong = long === undefined ? standard : dearer(long, standard);
  if (tier === undefined || STANDARD.has(tier)) return standardLong;
  const scale = price.tiers[tier as ServiceTier];
  const isCheaper = CHEAPER.has(tier);
  if (scale === undefined) return isCheaper ? standardLong : undefined;
  const own = isCheaper ? cheaper(scale.rates, standard) : dearer(scale.rates, standard);
  const ownLong = longRates(scale, inputTokens);
  if (ownLong !== undefined) return dearer(ownLong, own);
  if (long === undefined) return own;
  return isCheaper ? standardLong : (name) => greater(standardLong(name), own(name));
}

/** The words with which answers name the standard tier. */
const STANDARD: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand']);

/** Tiers that nobody charges more for than for the standard one. */
const CHEAPER: ReadonlySet<string> = new Set<ServiceTier>(['batch', 'flex']);

/** The class that includes another, and is what a token of that one costs at least where it has no rate of its own. */
const WITHIN: Readonly<Partial<Record<TokenClass, TokenClass>>> = {
  cacheRead: 'input',
  cacheWrite5m: 'input',
  cacheWrite1h: 'cacheWrite5m',
  reasoning: 'output',
  audioIn: 'input',
  audioOut: 'output',
  imageIn: 'input',
  imageOut: 'output',
};

function inList(rates: Rates): RateOf {
  return (name) => {
    for (let each: TokenClass | undefined = name; each !== undefined; each = WITHIN[each]) {
      const rate = rates[each];
      if (rate !== undefined) return rate;
    }
    return undefined;
  };
}

function cheaper(rates: Rates, standard: RateOf): RateOf {
  const own = inList(rates);
  return (name) => rates[name] ?? standard(name) ?? own(name);
}

function dearer(rates: Rates, standard: RateOf): RateOf {
  const own = inList(rates);
  return (name) => rates[name] ?? greater(standard(name), own(name));
}

function greater(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : other === undefined ? one : Math.max(one, other);
}

/** The rates of the whole request where its input is longer than a bound. */
function longRates({ above }: Scale, inputTokens: number): Rates | undefined {
  return above.findLast(({ tokens }) => inputTokens > tokens)?.rates;
}
