import type { Route } from '../../core/route.ts';
import type { TokenClasses } from '../../core/token-classes.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { MULTIPLIER_ONE, SERVICE_TIERS, type Price, type Pricing } from '../../pricing/price.ts';
import { ratesOf } from '../../pricing/rates-of.ts';
import { toolName } from '../../pricing/tool-name.ts';
import type { Pricer, Rates } from './pricer.ts';
import type { RequestShape } from './request-shape.ts';

/** The price of a route, for a time, and the rates of inputs of usual length that were worked out from it. */
interface Kept {
  readonly pricing: Pricing;
  /** Undefined: there is none at this time. */
  readonly price: Price | undefined;
  /** Milliseconds since the epoch, without the end. */
  readonly from: number;
  readonly until: number;
  /** Longer inputs have other rates. */
  readonly mostInput: number;
  /** By what of the request decides them. */
  readonly rates: Map<number, Rates | undefined>;
}

type TokenClass = keyof TokenClasses;

/** What is held for at the prices of a snapshot. Nearly always the rates of a route are at hand. */
export class TablePricer implements Pricer {
  readonly #kept = new WeakMap<Route, Kept>();

  constructor(
    private readonly prices: PriceBook,
    private readonly wallNow: () => number,
  ) {}

  rates(route: Route, inputTokens: number, shape: RequestShape): Rates | undefined {
    const kept = this.#keptOf(route);
    if (kept?.price === undefined) return undefined;
    const { price, pricing } = kept;
    const traits = traitsOf(price, shape);
    if (inputTokens > kept.mostInput) return withUnits(ratesIn(price, pricing, inputTokens, traits), kept, shape);
    if (!kept.rates.has(traits)) kept.rates.set(traits, ratesIn(price, pricing, inputTokens, traits));
    return withUnits(kept.rates.get(traits), kept, shape);
  }

  #keptOf(route: Route): Kept | undefined {
    const now = this.wallNow();
    const known = this.#kept.get(route);
    if (known !== undefined && now >= known.from && now < known.until) return known;
    const pricing = this.prices.pricingOf({ backend: route.backend.name, model: route.model });
    if (pricing === null) return undefined;
    const price = pricing.periods.findLast(({ from }) => from <= now);
    const until = pricing.periods.find(({ from }) => from > now)?.from ?? Infinity;
    const mostInput = price?.standard.above[0]?.tokens ?? Infinity;
    const kept = { pricing, price, from: price?.from ?? -Infinity, until, mostInput, rates: new Map() };
    this.#kept.set(route, kept);
    return kept;
  }
}

const [HOUR_CACHE, AUDIO, IMAGES, TIER] = [1, 2, 4, 8];
/** Tiers that are charged no more than usual: whoever asks for one may be served as usual. */
const CHEAPER = new Set<string>(['batch', 'flex']);

/** What of a request decides its rates, as a number. What the price does not depend on is not looked for. */
function traitsOf({ standard: { rates }, tiers }: Price, shape: RequestShape): number {
  let traits = 0;
  if (rates.cacheWrite1h !== undefined && shape.asksHourCache) traits |= HOUR_CACHE;
  if ((rates.audioIn !== undefined || rates.audioOut !== undefined) && shape.hasAudio) traits |= AUDIO;
  if (rates.imageIn !== undefined && shape.hasImages) traits |= IMAGES;
  for (const name in tiers) {
    if (CHEAPER.has(name) || shape.tier !== name) continue;
    traits |= TIER * (1 + SERVICE_TIERS.indexOf(name as (typeof SERVICE_TIERS)[number]));
  }
  return traits;
}

function ratesIn(price: Price, { multiplier }: Pricing, inputTokens: number, traits: number): Rates | undefined {
  const rateOf = ratesOf(price, SERVICE_TIERS[Math.floor(traits / TIER) - 1], inputTokens);
  const dearest = (classes: readonly TokenClass[]): number => {
    let most = 0;
    for (const name of classes) most = Math.max(most, rateOf?.(name) ?? 0);
    return times(most, multiplier);
  };
  const { request = 0, search = 0, image = 0 } = price.units;
  if (rateOf?.('input') === undefined && rateOf?.('output') === undefined && request + search + image === 0)
    return undefined;
  // Some of the input may be written into the cache, which is dearer.
  const read: TokenClass[] = ['input', 'cacheWrite5m'];
  // Models that draw do so unasked.
  const said: TokenClass[] = ['output', 'reasoning', 'imageOut'];
  if ((traits & HOUR_CACHE) !== 0) read.push('cacheWrite1h');
  if ((traits & AUDIO) !== 0) {
    read.push('audioIn');
    said.push('audioOut');
  }
  if ((traits & IMAGES) !== 0) read.push('imageIn');
  return { input: dearest(read), output: dearest(said), each: times(request + search, multiplier) };
}

/** With what is charged by number: images, characters, and calls of tools that the provider runs. */
function withUnits(rates: Rates | undefined, { price, pricing }: Kept, shape: RequestShape): Rates | undefined {
  if (rates === undefined || price === undefined) return rates;
  const { image = 0, character = 0 } = price.units;
  let each = image * shape.choices + character * (character === 0 ? 0 : shape.characters);
  for (const { name: called, calls } of shape.tools) {
    const name = Object.hasOwn(price.tools, called) ? called : toolName(called);
    if (Object.hasOwn(price.tools, name)) each += calls * (price.tools[name] ?? 0);
  }
  return each === 0 ? rates : { ...rates, each: (rates.each ?? 0) + times(each, pricing.multiplier) };
}

function times(rate: number, multiplier = MULTIPLIER_ONE): number {
  return Math.ceil((rate * multiplier) / MULTIPLIER_ONE);
}
