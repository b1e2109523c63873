import type { TokenClasses } from '../core/token-classes.ts';
import type { Price, Rates, Scale, ServiceTier } from './price.ts';

type TokenClass = keyof TokenClasses;

/** The rate of a class, in pico-USD per token; undefined: nobody knows. */
export type RateOf = (name: TokenClass) => number | undefined;

/**
 * The rates of a request with so many tokens of input that was served in a tier; undefined if what the tier costs is not
 * known. A class that has no rate anywhere costs what the class does that includes it. Where only the list of the tier or
 * of long input lacks one: in a cheaper list (batch, flex) the usual rate, which is never too low; in a dearer one (long
 * input, priority) the usual rate, raised as that of the class is that includes it.
 */
export function ratesOf(price: Price, tier: string | undefined, inputTokens: number): RateOf | undefined {
  const standard = usual(price.standard.rates);
  const long = longRates(price.standard, inputTokens);
  const standardLong = long === undefined ? standard : within(long, standard, 'dearer');
  if (tier === undefined || STANDARD.has(tier)) return standardLong.rate;
  const scale = Object.hasOwn(price.tiers, tier) ? price.tiers[tier as ServiceTier] : undefined;
  const direction = CHEAPER.has(tier) ? 'cheaper' : 'dearer';
  if (scale === undefined) return direction === 'cheaper' ? standardLong.rate : undefined;
  const own = within(scale.rates, standard, direction);
  const ownLong = longRates(scale, inputTokens);
  if (ownLong !== undefined) return within(ownLong, own, 'dearer').rate;
  if (long === undefined) return own.rate;
  return direction === 'cheaper' ? standardLong.rate : (name) => greater(standardLong.rate(name), own.rate(name));
}

/** The words with which answers name the standard tier. */
const STANDARD: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand']);

/** Tiers that nobody charges more for than for the standard one. */
const CHEAPER: ReadonlySet<string> = new Set<ServiceTier>(['batch', 'flex']);

/** The class that includes another. */
const INCLUDED_IN: Readonly<Partial<Record<TokenClass, TokenClass>>> = {
  cacheRead: 'input',
  cacheWrite5m: 'input',
  cacheWrite1h: 'cacheWrite5m',
  reasoning: 'output',
  audioIn: 'input',
  audioOut: 'output',
  imageIn: 'input',
  imageOut: 'output',
};

/** Rates, and of which classes they were published. */
interface Layer {
  readonly rate: RateOf;
  readonly isPublished: (name: TokenClass) => boolean;
}

/** One for each list: rates do not change, and every request asks for them. */
const USUAL = new WeakMap<Rates, Layer>();

function usual(rates: Rates): Layer {
  const known = USUAL.get(rates);
  if (known !== undefined) return known;
  const rate: RateOf = (name) => rates[name] ?? ofIncluding(name, rate);
  const layer: Layer = { rate, isPublished: (name) => rates[name] !== undefined };
  USUAL.set(rates, layer);
  return layer;
}

/** A list of other rates before those that it replaces. */
function within(rates: Rates, before: Layer, direction: 'cheaper' | 'dearer'): Layer {
  const rate: RateOf = (name) => {
    const own = rates[name];
    if (own !== undefined) return own;
    if (!before.isPublished(name)) return ofIncluding(name, rate);
    const old = before.rate(name);
    return direction === 'cheaper' ? old : raised(old, ofIncluding(name, before.rate), ofIncluding(name, rate));
  };
  return { rate, isPublished: (name) => rates[name] !== undefined || before.isPublished(name) };
}

function ofIncluding(name: TokenClass, rate: RateOf): number | undefined {
  const including = INCLUDED_IN[name];
  return including === undefined ? undefined : rate(including);
}

/** A rate that rises as that of the class which includes it does, and never falls. */
function raised(old: number | undefined, from: number | undefined, to: number | undefined): number | undefined {
  if (old === undefined || from === undefined || to === undefined || from === 0) return greater(old, to);
  const [exact, divisor] = [BigInt(old) * BigInt(to), BigInt(from)];
  return Math.max(old, Number((exact + divisor - 1n) / divisor));
}

function greater(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : other === undefined ? one : Math.max(one, other);
}

/** The rates of the whole request where its input is longer than a bound. */
function longRates({ above }: Scale, inputTokens: number): Rates | undefined {
  return above.findLast(({ tokens }) => inputTokens > tokens)?.rates;
}
