import type { Database, Row } from '../database.ts';
import type { Dimension, Usage, UsageGroup, UsageQuery } from '../ledger-query.ts';
import { DIMENSIONS } from '../ledger-query.ts';
import { numberIn, textIn } from '../read-row.ts';
import { countValue, textValue } from '../write-value.ts';
import { addDimensions, Conditions, hasDimensions } from './conditions.ts';
import { HOUR_MS } from './hours.ts';
import { minus, PLAIN, plus, SUMS, SUMS_AS_TEXT, sumsIn, ZERO } from './measures.ts';
import { ALL_DIMENSIONS } from './roll-up.ts';
import type { Span } from './spans.ts';
import { usageOfRows } from './usage-of-rows.ts';
import { spansOf } from './spans.ts';

/** A stretch of hours, in hours since the epoch. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** How many hours a bucket has, where there are several. */
  readonly every?: number;
  /** It is one bucket. */
  readonly isBucket?: boolean;
}

/** Sums by what a query groups by. Reads roll-ups only, of days where it can. */
export async function usage(database: Database, query: UsageQuery): Promise<Usage> {
  const { groupByText } = query;
  if (groupByText !== undefined) return await usageOfRows(database, { ...query, groupByText });
  const wanted = { ...query, groupBy: DIMENSIONS.filter((dimension) => query.groupBy?.includes(dimension)) };
  const groups: UsageGroup[] = [];
  for (const stretch of stretchesOf(query)) groups.push(...(await groupsOf(database, wanted, stretch)));
  const total = groups.reduce((sum, { sums }) => plus(sum, sums), ZERO);
  const sorted = query.buckets === undefined ? groups.toSorted(byCost) : groups.toSorted(byTime);
  const [from, to] = [hourOf(query.from) * HOUR_MS, hourFrom(query.to) * HOUR_MS];
  return { groups: sorted.slice(0, query.limit), total, from, to };
}

/** One for all buckets of the same length that follow each other: a day of a zone may have 23 hours, a month any number of days. */
function stretchesOf({ from, to, buckets }: UsageQuery): Stretch[] {
  const end = hourFrom(to);
  if (buckets === undefined) return [{ from: hourOf(from), to: end }];
  const starts = buckets.map(hourOf);
  const stops = [...starts.slice(1), end];
  const each = starts.map((start, at) => ({ from: start, to: stops[at] ?? end })).filter((one) => one.from < one.to);
  const runs: (Stretch & { readonly every: number })[] = [];
  for (const one of each) {
    const length = one.to - one.from;
    const run = runs.at(-1);
    const isNext = run?.every === length || (one.to === end && length < (run?.every ?? 0));
    if (run !== undefined && isNext) runs[runs.length - 1] = { ...run, to: one.to };
    else runs.push({ ...one, every: length });
  }
  return runs.map(({ every, ...run }) => (run.to - run.from > every ? { ...run, every } : { ...run, isBucket: true }));
}

/** The hour that this time is in. */
function hourOf(time: number): number {
  return Math.floor(countValue(time) / HOUR_MS);
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
  const isByTag = tag !== undefined && query.groupByTag !== undefined;
  const asked: Asked = { query, stretch, tag, isByTag, isOfAll: query.groupBy.length === 0 && !hasDimensions(query) };
  const conditions = new Conditions();
  const spans = spansOf(stretch.from, stretch.to, stretch.every);
  if (spans.length === 0) return [];
  const parts = spans.map((span) => partOf(database, asked, span, conditions));
  const keys = keysOf(asked);
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  const rows = await database.read(
    `SELECT ${[...keys, SUMS_AS_TEXT].join(', ')} FROM (${parts.join(' UNION ALL ')}) AS parts${group}`,
    conditions.values,
  );
  return rows.map((row) => groupIn(row, asked)).filter(({ sums }) => sums.requests > 0n);
}

/** What is asked of one stretch of time. */
interface Asked {
  readonly query: Wanted;
  readonly stretch: Stretch;
  /** The key of the tag whose roll-ups are read. */
  readonly tag: string | undefined;
  readonly isByTag: boolean;
  /** No dimension is asked for: there is a roll-up of all of them. */
  readonly isOfAll: boolean;
}

/** The columns that make a group. */
function keysOf({ query, isByTag, stretch }: Asked): string[] {
  return [...query.groupBy, ...(isByTag ? ['value'] : []), ...(stretch.every === undefined ? [] : ['bucket'])];
}

/**
 * The roll-ups of one span. Without buckets they are summed by dimensions at once: in that order they are stored, so it takes
 * no sorting. CROSS JOIN, for the order of the tables is the order in which SQLite reads them.
 */
function partOf({ dialect }: Database, asked: Asked, span: Span, to: Conditions): string {
  const { query, stretch, tag, isByTag, isOfAll } = asked;
  const own = to.more();
  own.add(`r.span >= ${own.value(span.from)} AND r.span < ${own.value(span.to)}`);
  own.add(isOfAll ? `r.dim = ${ALL_DIMENSIONS}` : `r.dim = d.id`);
  addDimensions(own, query, { table: 'd', dialect });
  if (tag !== undefined) {
    own.add(`r.tag = t.id AND t.key = ${own.value(textValue(tag))}`);
    if (query.tag !== undefined) own.add(`t.value = ${own.value(textValue(query.tag.value))}`);
  }
  const rollups = `${span.table}${tag === undefined ? '' : '_tag'}_rollups r`;
  const tables = [
    ...(tag === undefined ? [] : ['tags t']),
    ...(isOfAll ? [rollups] : tag === undefined ? ['dimensions d', rollups] : [rollups, 'dimensions d']),
  ];
  const columns = [
    ...query.groupBy.map((dimension) => `d.${dimension} AS ${dimension}`),
    ...(isByTag ? ['t.value AS value'] : []),
  ];
  const from = `FROM ${tables.join(' CROSS JOIN ')} WHERE ${own.text}`;
  if (stretch.every !== undefined) {
    const hour = `(r.span * ${own.value(span.hours)} - ${own.value(stretch.from)})`;
    columns.push(`CAST(${hour} / ${own.value(stretch.every)} AS BIGINT) AS bucket`);
    return `SELECT ${[...columns, PLAIN].join(', ')} ${from}`;
  }
  const ids = [...(tag === undefined ? [] : ['t.id']), ...(isOfAll ? [] : ['d.id'])];
  return `SELECT ${[...columns, SUMS].join(', ')} ${from}${ids.length === 0 ? '' : ` GROUP BY ${ids.join(', ')}`}`;
}

function groupIn(row: Row, { query, stretch, isByTag }: Asked): UsageGroup {
  const { from, every, isBucket } = stretch;
  const hour = every === undefined ? from : from + (numberIn(row, 'bucket') ?? 0) * every;
  return {
    dimensions: Object.fromEntries(query.groupBy.map((dimension) => [dimension, textIn(row, dimension) ?? null])),
    ...(isByTag ? { tag: textIn(row, 'value') ?? null } : {}),
    ...(every === undefined && isBucket !== true ? {} : { bucket: hour * HOUR_MS }),
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
