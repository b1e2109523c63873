import { TOKEN_CLASSES } from '../core/token-classes.ts';
import { formatUsd } from '../lib/usd.ts';
import type { UsageGroup, UsageSums } from '../storage/ledger-query.ts';
import { ZERO, plus } from '../storage/ledger/measures.ts';
import type { TOP_BY, UsageMatrix } from './usage-matrix-schema.ts';

const INPUT = ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'audioIn', 'imageIn'] as const;
const OUTPUT = ['output', 'reasoning', 'audioOut', 'imageOut'] as const;

/** How groups become rows of a matrix. */
export interface MatrixShape {
  /** So many rows have a group of their own; the others are one. */
  readonly top: number;
  readonly by: (typeof TOP_BY)[number];
  /** The starts of the steps; undefined: there is one step, which begins at `from`. */
  readonly buckets: readonly number[] | undefined;
  readonly from: number;
}

/** A row while it is added up: what it is called, and its sums by step. */
interface Row {
  readonly name: Record<string, string | null>;
  readonly sums: UsageSums[];
  total: UsageSums;
}

/** Groups as a stacked chart draws them: a column for each step of time, a row for each group. */
export function matrixOf(groups: readonly UsageGroup[], { top, by, buckets, from }: MatrixShape): UsageMatrix {
  const starts = buckets ?? [from];
  const columns = new Map(starts.map((start, column) => [hourOf(start), column]));
  const rows = new Map<string, Row>();
  for (const { dimensions, tag, text, bucket, sums } of groups) {
    const name = { ...dimensions, ...(tag === undefined ? {} : { tag }), ...(text === undefined ? {} : { text }) };
    const key = JSON.stringify(name);
    const row = rows.get(key) ?? { name, sums: starts.map(() => ZERO), total: ZERO };
    rows.set(key, row);
    const column = bucket === undefined ? 0 : (columns.get(hourOf(bucket)) ?? 0);
    row.sums[column] = plus(row.sums[column] ?? ZERO, sums);
    row.total = plus(row.total, sums);
  }
  const sorted = [...rows.values()].toSorted((one, other) => compare(sizeOf(other.total, by), sizeOf(one.total, by)));
  const others = sorted.slice(top);
  const named = sorted.slice(0, top).map((row) => rowJson(row, 1));
  return {
    times: starts.map((start) => new Date(start).toISOString()),
    groups: others.length === 0 ? named : [...named, { ...rowJson(together(others), others.length), other: true }],
  };
}

/** Sums are of whole hours, and so are the starts that they have. */
function hourOf(at: number): number {
  return Math.floor(at / 3_600_000);
}

function together(rows: readonly Row[]): Row {
  const sums = (rows[0]?.sums ?? []).map((_, column) =>
    rows.reduce((sum, row) => plus(sum, row.sums[column] ?? ZERO), ZERO),
  );
  return { name: {}, sums, total: ZERO };
}

function rowJson({ name, sums }: Row, groups: number): UsageMatrix['groups'][number] {
  return {
    name,
    other: false,
    groups,
    requests: sums.map((each) => Number(each.requests)),
    failed: sums.map((each) => Number(each.failed)),
    tokens: sums.map((each) => Number(tokensOf(each, TOKEN_CLASSES))),
    input_tokens: sums.map((each) => Number(tokensOf(each, INPUT))),
    output_tokens: sums.map((each) => Number(tokensOf(each, OUTPUT))),
    cost_usd: sums.map((each) => formatUsd(each.nanoUsd)),
  };
}

function sizeOf(sums: UsageSums, by: MatrixShape['by']): bigint {
  if (by === 'requests') return sums.requests;
  return by === 'cost' ? sums.nanoUsd : tokensOf(sums, TOKEN_CLASSES);
}

function tokensOf(sums: UsageSums, classes: readonly (typeof TOKEN_CLASSES)[number][]): bigint {
  return classes.reduce((all, name) => all + sums[name], 0n);
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
