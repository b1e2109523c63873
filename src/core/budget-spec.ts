import type { JsonObject } from '../lib/json.ts';

/** What a budget counts in. */
export type BudgetUnit = 'usd' | 'tokens' | 'requests';

/** A budget as the config, the store and the admin API write it (docs/config.md); valid, with its defaults. */
export interface BudgetSpec {
  readonly name?: string | undefined;
  /** A decimal number. One of the three is there. */
  readonly usd?: string | undefined;
  readonly tokens?: number | undefined;
  readonly requests?: number | undefined;
  readonly per: 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'total';
  readonly zone: string;
  readonly week_starts: 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
  readonly mode: 'hard' | 'soft' | 'observe';
  readonly alert_at: readonly number[];
  readonly on_exceeded: 'reject' | { readonly fallback: readonly string[] };
  readonly overrun: 'end' | 'finish';
  readonly unpriced: 'deny' | 'allow';
}

/** A budget of all requests whose keys have certain tags: each by its name, with its value or `*`. */
export interface MatchedBudgetSpec extends BudgetSpec {
  readonly name: string;
  readonly match: Readonly<Record<string, string>>;
}

/** What it counts. */
export function unitOf({ usd, tokens }: Pick<BudgetSpec, 'usd' | 'tokens'>): BudgetUnit {
  if (usd !== undefined) return 'usd';
  return tokens === undefined ? 'requests' : 'tokens';
}

/** Its name in answers and metrics: as configured, else by its unit and window. */
export function nameOf(spec: Pick<BudgetSpec, 'name' | 'usd' | 'tokens' | 'per'>): string {
  return spec.name ?? `${unitOf(spec)}-${spec.per}`;
}

/** The budget that a key or team has, of the config or of the store, where only valid ones are; what it leaves out is as usual. */
export function budgetSpecOf(values: JsonObject): BudgetSpec {
  return { ...USUAL, per: 'total', ...values };
}

const USUAL = {
  zone: 'UTC',
  week_starts: 'monday',
  mode: 'hard',
  alert_at: [50, 80, 100],
  on_exceeded: 'reject',
  overrun: 'end',
  unpriced: 'deny',
} as const;
