import { asNumber, asObject } from '../lib/json.ts';

/** No answer has more tokens, or more of anything: clients read 32 bits, and sums of such counts stay exact. */
const MOST = 2 ** 31 - 1;
/** No single answer costs more, in USD. */
const MOST_USD = 1e5;
const NANO = 1e9;
/** Names of tools are words of the provider; what is longer is something else. */
const NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
/** What calls itself by one of these words is served as everything is. */
const USUAL_TIERS = new Set([
  '',
  'default',
  'standard',
  'auto',
  'on_demand',
  'service_tier_unspecified',
  'traffic_type_unspecified',
]);
const MOST_TOOLS = 32;

/**
 * Reads the numbers of one report of usage. What is no count is left out, and how many were is told: a backend's report
 * goes into bills, and one odd number must not spoil the others.
 */
export class ReportedCounts {
  #ignored = 0;

  /** How many numbers were left out; undefined: none. */
  get ignored(): number | undefined {
    return this.#ignored === 0 ? undefined : this.#ignored;
  }

  /**
   * A count: a whole number from 0. Some write it in quotes, as protobuf does, and some that estimate have fractions:
   * these are rounded. Undefined for anything else; what is absent or null is not odd, but unknown.
   */
  of(value: unknown): number | undefined {
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : asNumber(value);
    if (number !== undefined && number >= 0 && number <= MOST) return Math.round(number);
    this.#ignored++;
    return undefined;
  }

  /** The first count that is one. */
  first(...values: readonly unknown[]): number | undefined {
    for (const value of values) {
      const count = this.of(value);
      if (count !== undefined) return count;
    }
    return undefined;
  }

  /** An amount in USD, as nano-USD. */
  usd(value: unknown): number | undefined {
    if (value === undefined || value === null) return undefined;
    const number = asNumber(value);
    if (number !== undefined && number >= 0 && number <= MOST_USD) return Math.round(number * NANO);
    this.#ignored++;
    return undefined;
  }

  /** How often tools of the provider were called, by its names for them without a `_requests` at their end. Undefined: never. */
  tools(value: unknown): Record<string, number> | undefined {
    const counts = asObject(value);
    if (counts === undefined) return undefined;
    const tools: Record<string, number> = {};
    for (const name of Object.keys(counts).slice(0, MOST_TOOLS)) {
      if (!name.endsWith('_requests')) continue;
      addCount(tools, name.slice(0, -'_requests'.length), this.of(counts[name]) ?? 0);
    }
    return anyOf(tools);
  }
}

/** Adds a number of calls, or of other units, to what was counted so far. What has no fit name is nothing. */
export function addCount(tools: Record<string, number>, name: string, count: number): void {
  if (count > 0 && NAME.test(name) && !(name in {})) tools[name] = Math.min((tools[name] ?? 0) + count, MOST);
}

/** `tools`; undefined where nothing is in it. */
export function anyOf(tools: Record<string, number>): Record<string, number> | undefined {
  for (const _ in tools) return tools;
  return undefined;
}

/** The tier that an answer says has served, in small letters; undefined for the usual one and for what is no word. */
export function tierOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const tier = value.toLowerCase();
  return USUAL_TIERS.has(tier) || !NAME.test(tier) ? undefined : tier;
}
