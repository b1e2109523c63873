import { globMatches } from '../lib/glob.ts';
import type { Price } from './price.ts';

/** Prices of the config for the models that a pattern means. */
export interface PriceRule {
  /** `backend/model` or `vendor/model`; `*` stands for any run of characters. */
  readonly pattern: string;
  /** The earliest first; empty where `like` says what it costs. */
  readonly periods: readonly Price[];
  /** An entry of the price table, `vendor/model`, that it costs the same as. */
  readonly like?: string | undefined;
}

/** A rule that means a model, and how exactly. */
export interface RuleMatch {
  readonly rule: PriceRule;
  /** The greater, the more exact: without a star before any with one, then by what is not a star, then the backend's name. */
  readonly rank: number;
}

/** Which rule of the config's `prices` says what a model costs. */
export class PriceRules {
  readonly #exact = new Map<string, PriceRule>();
  readonly #globs: PriceRule[] = [];

  constructor(rules: readonly PriceRule[]) {
    for (const rule of rules) {
      if (rule.pattern.includes('*')) this.#globs.push(rule);
      else this.#exact.set(rule.pattern, rule);
    }
  }

  /** The most exact rule for a model at a backend; undefined: there is none. */
  find(backend: string, vendor: string | undefined, model: string): RuleMatch | undefined {
    const own = `${backend}/${model}`;
    const vendors = vendor === undefined ? undefined : `${vendor}/${model}`;
    const exact = this.#exact.get(own);
    if (exact !== undefined) return { rule: exact, rank: 2 * EXACT };
    const exactVendors = vendors === undefined ? undefined : this.#exact.get(vendors);
    if (exactVendors !== undefined) return { rule: exactVendors, rank: EXACT };
    let best: RuleMatch | undefined;
    for (const rule of this.#globs) {
      const isOwn = globMatches(rule.pattern, own);
      if (!isOwn && (vendors === undefined || !globMatches(rule.pattern, vendors))) continue;
      const rank = literals(rule.pattern) * 2 + (isOwn ? 1 : 0);
      if (rank > (best?.rank ?? -1)) best = { rule, rank };
    }
    return best;
  }
}

/** How exact a pattern with a star is: the number of characters that it fixes. */
export function literals(pattern: string): number {
  return pattern.replaceAll('*', '').length;
}

/** More than any pattern with a star can have. */
const EXACT = 1_000_000;
