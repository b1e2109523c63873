import type { Usage } from '../../lib/answers.ts';
import { nanoUsd } from '../../lib/format.ts';
import { usdOfNano } from '../../lib/money.ts';
import { dimensionOf } from '../../lib/usage-group.ts';
import type { Dimension, Measure } from './usage-state.ts';

/** What counts, exactly: money in whole 10⁻⁹ USD. */
export interface Sums {
  readonly requests: number;
  readonly failed: number;
  readonly tokens: number;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly nanoUsd: bigint;
}

/** One group, with all its steps together and each for itself. */
export interface UsageRow {
  readonly key: string;
  /** Its values of what is grouped by; null: none. */
  readonly names: readonly (string | null)[];
  readonly sums: Sums;
  readonly byTime: ReadonlyMap<number, Sums>;
  readonly before: Sums | undefined;
}

type Group = Usage['data'][number];

export const NOTHING: Sums = { requests: 0, failed: 0, tokens: 0, input: 0, cached: 0, output: 0, nanoUsd: 0n };

/** The rows of an answer by group and step; `before`: an answer of the time before, by group. */
export function rowsOf(data: readonly Group[], before: readonly Group[], dimensions: readonly Dimension[]): UsageRow[] {
  const earlier = new Map(before.map((group) => [keyOf(group, dimensions), sumsOf(group)]));
  const byKey = Map.groupBy(data, (group) => keyOf(group, dimensions));
  return Array.from(byKey, ([key, groups]) => {
    const byTime = new Map(groups.map((group) => [Date.parse(group.time ?? ''), sumsOf(group)]));
    const [first] = groups;
    const names = first === undefined ? [] : namesOf(first, dimensions);
    return { key, names, sums: added([...byTime.values()]), byTime, before: earlier.get(key) };
  });
}

/** The sums of several, exactly. */
export function added(all: readonly Sums[]): Sums {
  return all.reduce(
    (sum, each) => ({
      requests: sum.requests + each.requests,
      failed: sum.failed + each.failed,
      tokens: sum.tokens + each.tokens,
      input: sum.input + each.input,
      cached: sum.cached + each.cached,
      output: sum.output + each.output,
      nanoUsd: sum.nanoUsd + each.nanoUsd,
    }),
    NOTHING,
  );
}

/** The sums of a group of an answer, or of its total. */
export function sumsOf(group: Usage['total']): Sums {
  const of = (name: string): number => Number(Reflect.get(group, name) ?? 0);
  return {
    requests: group.requests,
    failed: group.failed,
    tokens: group.total_tokens,
    input: of('input_tokens') + of('cache_write_5m_tokens') + of('cache_write_1h_tokens'),
    cached: of('cache_read_tokens'),
    output: of('output_tokens') + of('reasoning_tokens'),
    nanoUsd: nanoUsd(group.cost_usd),
  };
}

/** A measure of sums, to compare and to draw: for a picture a float is exact enough. */
export function valueOf(sums: Sums, measure: Measure): number {
  return measure === 'cost' ? Number(usdOfNano(sums.nanoUsd)) : sums[measure];
}

function namesOf(group: Group, dimensions: readonly Dimension[]): readonly (string | null)[] {
  return dimensions.map((each) => dimensionOf(group, each));
}

function keyOf(group: Group, dimensions: readonly Dimension[]): string {
  return JSON.stringify(namesOf(group, dimensions));
}
