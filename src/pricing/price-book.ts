import type { Cost } from '../core/ledger-row.ts';
import type { Consumption } from '../core/token-classes.ts';
import { costOf } from './cost-of.ts';
import { isLessExact } from './names.ts';
import type { PriceRules, RuleMatch } from './price-rules.ts';
import type { PriceTable } from './price-table.ts';
import type { Pricing } from './price.ts';

/** What prices depend on of a backend. */
export interface PricedBackend {
  readonly name: string;
  /** Whose API it is; undefined: a server that no vendor is known for, which has no list prices. */
  readonly vendor: string | undefined;
  /** `price_multiplier`, in millionths; undefined: the list price is charged. */
  readonly multiplier: number | undefined;
  /** Its vendor says in each answer what it charges. What other servers call a cost is in no currency that is known. */
  readonly statesCost: boolean;
}

/** What there is to price of an attempt. */
export interface Priced {
  readonly backend: string;
  /** The model that was sent. */
  readonly model: string;
  /** The model that the answer names. */
  readonly reportedModel?: string | undefined;
}

/**
 * What everything costs under one version of the config. It finds a price when it is first asked for it, and keeps it;
 * where nobody asks, not even the table is read.
 */
export class PriceBook {
  readonly #backends: ReadonlyMap<string, PricedBackend>;
  readonly #kept = new Map<string, Pricing | null>();

  constructor(
    backends: Iterable<PricedBackend>,
    private readonly rules: PriceRules,
    private readonly table: () => PriceTable,
  ) {
    this.#backends = new Map(Array.from(backends, (backend) => [backend.name, backend]));
  }

  /** Reads the table, which takes some milliseconds, before the first request asks for a price. */
  prepare(): void {
    this.table();
  }

  /** What an attempt has cost; null: there is no price for some of it. */
  priceAttempt(attempt: Priced, used: Consumption, at: number): Cost | null {
    if (used.statedNanoUsd === undefined) return costOf(used, this.pricingOf(attempt), at);
    return this.#backends.get(attempt.backend)?.statesCost === true
      ? costOf(used, null, at)
      : costOf({ ...used, statedNanoUsd: undefined }, this.pricingOf(attempt), at);
  }

  /** The day of the table that list prices come from. */
  get tableDate(): string {
    return this.table().date;
  }

  /** What a model costs; null: nobody knows. */
  pricingOf({ backend, model, reportedModel = '' }: Priced): Pricing | null {
    const key = `${backend}\0${model}\0${reportedModel}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const found = this.#find(backend, model, reportedModel === model ? '' : reportedModel);
    // Names come from clients and backends: of very many, the last are not kept.
    if (this.#kept.size < MOST_KEPT) this.#kept.set(key, found);
    return found;
  }

  #find(name: string, model: string, reported: string): Pricing | null {
    const backend = this.#backends.get(name) ?? { name, vendor: undefined, multiplier: undefined, statesCost: false };
    const rule = this.#rule(backend, model, reported);
    if (rule !== undefined) return this.#ofRule(rule, backend);
    const entry = this.#listed(backend.vendor, model, reported);
    return entry === undefined ? null : { source: 'table', ...entry, multiplier: backend.multiplier };
  }

  /** The more exact of the rules for what was sent and for what was reported. */
  #rule({ name, vendor }: PricedBackend, model: string, reported: string): RuleMatch['rule'] | undefined {
    const sent = this.rules.find(name, vendor, model);
    const other = reported === '' ? undefined : this.rules.find(name, vendor, reported);
    return (other?.rank ?? -1) > (sent?.rank ?? -1) ? other?.rule : sent?.rule;
  }

  #ofRule({ pattern, periods, like }: RuleMatch['rule'], { multiplier }: PricedBackend): Pricing | null {
    if (like === undefined) return { source: 'config', entry: pattern, periods };
    const slash = like.indexOf('/');
    const found = this.table().find(like.slice(0, slash), like.slice(slash + 1));
    return found === undefined ? null : { source: 'config', ...found, multiplier };
  }

  /** The model that the answer names counts, unless that tells less than what was sent. */
  #listed(vendor: string | undefined, model: string, reported: string) {
    if (vendor === undefined) return undefined;
    const find = (name: string) => (name === '' ? undefined : this.table().find(vendor, name));
    if (reported === '' || isLessExact(reported, model)) return find(model) ?? find(reported);
    return find(reported) ?? find(model);
  }
}

const MOST_KEPT = 10_000;
