import type { TokenClasses } from '../core/token-classes.ts';

/** Rates in pico-USD per token (10⁻⁶ USD per million tokens) by class of tokens. What is missing was not published. */
export type Rates = Readonly<Partial<Record<keyof TokenClasses, number>>>;

/** The rates of one service tier. */
export interface Scale {
  readonly rates: Rates;
  /** Rates of the whole request where its input has more tokens than that, the fewest tokens first. */
  readonly above: readonly { readonly tokens: number; readonly rates: Rates }[];
}

/** The service tiers that have prices of their own. */
export const SERVICE_TIERS = ['batch', 'flex', 'priority', 'fast', 'ultrafast'] as const;

/** A service tier that has prices of its own. */
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** What is charged by other counts than tokens. `request` counts 1 for every request. */
export const UNITS = ['request', 'search', 'image', 'second', 'character', 'page'] as const;

/** What something costs from some time on. */
export interface Price {
  /** Milliseconds since the epoch; -Infinity: from the beginning. */
  readonly from: number;
  readonly standard: Scale;
  readonly tiers: Readonly<Partial<Record<ServiceTier, Scale>>>;
  /** All output of an answer that was thought over costs what thoughts do (Alibaba's hybrid models). */
  readonly thinkingPricesOutput?: boolean | undefined;
  /** In nano-USD by unit. */
  readonly units: Readonly<Record<string, number>>;
  /** In nano-USD per call, by the name of the tool that the provider runs. */
  readonly tools: Readonly<Record<string, number>>;
}

/** The prices of a model at a backend over time. */
export interface Pricing {
  readonly source: 'config' | 'table';
  /** The entry that they come from: `openai/gpt-5`. */
  readonly entry: string;
  /** The earliest first. Never empty. */
  readonly periods: readonly Price[];
  /** What the list price is multiplied by, in millionths; undefined: it is charged as it stands. */
  readonly multiplier?: number | undefined;
}

/** One, in the unit of `Pricing.multiplier`. */
export const MULTIPLIER_ONE = 1_000_000;
