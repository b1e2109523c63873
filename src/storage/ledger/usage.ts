import type { Database, Row } from '../database.ts';
import type { Dimension, Usage, UsageGroup, UsageQuery } from '../ledger-query.ts';
import { DIMENSIONS } from '../ledger-query.ts';
import { numberIn, textIn } from '../read-row.ts';
import { countValue, textValue } from '../write-value.ts';
import { addDimensions, Conditions } from './conditions.ts';
import { HOUR_MS } from './hours.ts';
import { minus, plus, SUMS, SUMS_AS_TEXT, sumsIn, ZERO } from './measures.ts';
import { spansOf } from './spans.ts';

/** A stretch of hours, in hours since the epoch; `every`: how many hours a bucket has, if there are buckets in it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly every?: number;
}

/** Sums by what a query groups by. Reads roll-ups only, of days where it can. */
export async function usage(database: Database, query: UsageQuery): Promise<Usage> {
  const wanted = { ...query, groupBy: DIMENSIONS.filter((dimension) => query.groupBy?.includes(dimension)) };
  const groups: UsageGroup[] = [];
  for (const stretch of stretchesOf(query)) groups.push(...(await groupsOf(database, wanted, stretch)));
  const total = groups.reduce((sum, { sums }) => plus(sum, sums), ZERO);
  const sorted = query.buckets === undefined ? groups.toSorted(byCost) : groups.toSorted(byTime);
  return { groups: sorted.slice(0, query.limit), total };
}

/** One for all buckets of the same length, else one for each: a day of a zone may have 23 hours, a month any number of days. */
function stretchesOf({ from, to, buckets }: UsageQuery): Stretch[] {
  const end = hourFrom(to);
  if (buckets === undefined) return [{ from: hourFrom(from), to: end }];
  const starts = buckets.map(hourFrom);
  const stops = [...starts.slice(1), end];
  const each = starts.map((start, at) => ({ from: start, to: stops[at] ?? end })).filter((one) => one.from < one.to);
  const [first] = each;
  const last = each.at(-1);
  if (first === undefined || last === undefined) return [];
  const every = first.to - first.from;
  const isEven = each.every((one) => one.to - one.from === every || (one === last && one.to - one.from < every));
  return isEven && each.length > 1
    ? [{ from: first.from, to: last.to, every }]
    : each.map((one) => ({ ...one, every: one.to - one.from }));
}

/** The first hour that begins at this time or later. */
function hourFrom(time: number): number {
  return Math.ceil(countValue(time) / HOUR_MS);
}

type Wanted = UsageQuery & { readonly groupBy: readonly Dimension[] };

async function groupsOf(database: Database, query: Wanted, stretch: Stretch): Promise<UsageGroup[]> {
  const ofTags = query.groupByTag ?? query.tag?.key;
  if (ofTags === undefined) return await ask(database, query, stretch, undefined);
  if (query.tag !== undefined && query.tag.key !== ofTags) throw new TypeError('usage by one tag, of another');
  const tagged = await ask(database, query, stretch, ofTags);
  if (query.tag !== undefined) return tagged;
  // A row has one value of a tag at most: what no value accounts for are the rows without it.
  const all = await ask(database, query, stretch, undefined);
  const rest = new Map(all.map((group) => [keyOf(group), group]));
  for (const group of tagged) {
    const key = keyOf(group);
    const left = rest.get(key);
    if (left !== undefined) rest.set(key, { ...left, sums: minus(left.sums, group.sums) });
  }
  const untagged = [...rest.values()].filter(({ sums }) => sums.requests > 0n);
  return [...tagged, ...untagged.map((group) => ({ ...group, tag: null }))];
}

async function ask(
  database: Database,
  query: Wanted,
  stretch: Stretch,
  tag: string | undefined,
): Promise<UsageGroup[]> {
  const conditions = new Conditions();
  const isByTag = tag !== undefined && query.groupByTag !== undefined;
  const inner = spansOf(stretch.from, stretch.to, stretch.every).map((span) =>
    oneSpan(database, { query, tag, stretch, conditions, span, isByTag }),
  );
  if (inner.length === 0) return [];
  const keys = [...query.groupBy, ...(isByTag ? ['value'] : []), ...(stretch.every === undefined ? [] : ['bucket'])];
  const columns = [...keys, SUMS_AS_TEXT].join(', ');
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  const rows = await database.read(
    `SELECT ${columns} FROM (${inner.join(' UNION ALL ')}) AS spans${group}`,
    conditions.values,
  );
  return rows.map((row) => groupIn(row, query, stretch, isByTag)).filter(({ sums }) => sums.requests > 0n);
}

interface OneSpan {
  readonly query: Wanted;
  readonly tag: string | undefined;
  readonly stretch: Stretch;
  readonly conditions: Conditions;
  readonly span: { readonly table: 'hour' | 'day'; readonly from: number; readonly to: number; readonly hours: number };
  readonly isByTag: boolean;
}

/** The sums of each tuple of dimensions first: that is how roll-ups are sorted, so it takes no sorting. */
function oneSpan({ dialect }: Database, { query, tag, stretch, conditions: all, span, isByTag }: OneSpan): string {
  const own = new Conditions();
  own.values.push(...all.values);
  own.add('r.dim = d.id');
  own.add(`r.span >= ${own.value(span.from)} AND r.span < ${own.value(span.to)}`);
  addDimensions(own, query, { table: 'd', dialect });
  if (tag !== undefined) {
    own.add(`r.tag = t.id AND t.key = ${own.value(textValue(tag))}`);
    if (query.tag !== undefined) own.add(`t.value = ${own.value(textValue(query.tag.value))}`);
  }
  const bucket =
    stretch.every === undefined
      ? undefined
      : `(r.span * ${own.value(span.hours)} - ${own.value(stretch.from)}) / ${own.value(stretch.every)}`;
  all.values.splice(0, Infinity, ...own.values);
  // CROSS JOIN: the order of the tables is the order in which SQLite reads them.
  const tables =
    tag === undefined
      ? `dimensions d CROSS JOIN ${span.table}_rollups r`
      : `tags t CROSS JOIN ${span.table}_tag_rollups r CROSS JOIN dimensions d`;
  const ids = ['d.id', ...(isByTag ? ['t.id'] : []), ...(bucket === undefined ? [] : ['bucket'])];
  const names = [
    ...query.groupBy.map((dimension) => `d.${dimension} AS ${dimension}`),
    ...(isByTag ? ['t.value AS value'] : []),
    ...(bucket === undefined ? [] : [`CAST(${bucket} AS BIGINT) AS bucket`]),
  ];
  return `SELECT ${[...names, SUMS].join(', ')} FROM ${tables} WHERE ${own.text} GROUP BY ${ids.join(', ')}`;
}

function groupIn(row: Row, { groupBy }: Wanted, stretch: Stretch, isByTag: boolean): UsageGroup {
  const bucket = numberIn(row, 'bucket');
  return {
    dimensions: Object.fromEntries(groupBy.map((dimension) => [dimension, textIn(row, dimension) ?? null])),
    ...(isByTag ? { tag: textIn(row, 'value') ?? null } : {}),
    ...(bucket === undefined || stretch.every === undefined
      ? {}
      : { bucket: (stretch.from + bucket * stretch.every) * HOUR_MS }),
    sums: sumsIn(row),
  };
}

function keyOf({ dimensions, bucket }: UsageGroup): string {
  return JSON.stringify([dimensions, bucket]);
}

function byCost(a: UsageGroup, b: UsageGroup): number {
  return compare(b.sums.nanoUsd, a.sums.nanoUsd) || compare(b.sums.requests, a.sums.requests) || byName(a, b);
}

function byTime(a: UsageGroup, b: UsageGroup): number {
  return (a.bucket ?? 0) - (b.bucket ?? 0) || byCost(a, b);
}

function byName(a: UsageGroup, b: UsageGroup): number {
  const [one, other] = [a, b].map(({ dimensions, tag }) => JSON.stringify([dimensions, tag]));
  return compare(one ?? '', other ?? '');
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
