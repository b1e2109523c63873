import type { Database } from '../database.ts';
import type { Usage, UsageGroup, UsageQuery } from '../ledger-query.ts';
import { USAGE_DIMENSIONS } from '../ledger-query.ts';
import { someNumber, textIn } from '../read-row.ts';
import { minus, plus, sumsIn, ZERO } from './measures.ts';
import { despiteDrops } from './open-days.ts';
import { hasEdges, usagePlan, type UsagePlan } from './usage-plan.ts';
import { isByTag, type UsageQuestion } from './usage-question.ts';
import { usageOfHours, type UsageRow } from './usage-rollups.ts';
import { usageOfEdges } from './usage-rows.ts';
import { usageOfRows } from './usage-of-rows.ts';

/** Sums by any of the dimensions: of whole hours from roll-ups, of parts of hours from rows, as far as there are rows. */
export async function usage(database: Database, query: UsageQuery): Promise<Usage> {
  const { groupByText } = query;
  if (groupByText !== undefined)
    return await despiteDrops(database, async () => await usageOfRows(database, { ...query, groupByText }));
  return await despiteDrops(database, async () => {
    const gone = hasEdges(query) ? await goneDays(database) : new Set();
    const plan = usagePlan(query, (day) => gone.has(day));
    const groups = await groupsOf(database, query, plan);
    const total = groups.reduce((sum, { sums }) => plus(sum, sums), ZERO);
    const sorted = groups.toSorted(query.buckets === undefined ? byCost : byTime);
    return { groups: sorted.slice(0, query.limit), total, from: plan.from, to: plan.to };
  });
}

/** The days whose rows were dropped: only their roll-ups are left. */
async function goneDays(database: Database): Promise<ReadonlySet<number>> {
  const rows = await database.read('SELECT day FROM ledger_days WHERE dropped <> 0');
  return new Set(rows.map((row) => someNumber(row, 'day')));
}

async function groupsOf(database: Database, query: UsageQuery, plan: UsagePlan): Promise<UsageGroup[]> {
  const groupBy = USAGE_DIMENSIONS.filter((dimension) => query.groupBy?.includes(dimension));
  const question = { query, groupBy, dialect: database.dialect };
  const ofTags = query.groupByTag ?? query.tag?.key;
  if (ofTags === undefined) return await ask(database, { ...question, tag: undefined }, plan);
  if (query.tag !== undefined && query.tag.key !== ofTags) throw new TypeError('usage by one tag, of another');
  const tagged = await ask(database, { ...question, tag: ofTags }, plan);
  if (query.tag !== undefined) return tagged;
  // A row has one value of a tag at most: what no value accounts for are the rows without it.
  const all = await ask(database, { ...question, tag: undefined }, plan);
  const rest = new Map(all.map((group) => [keyOf(group), group]));
  for (const group of tagged) {
    const key = keyOf({ ...group, tag: undefined });
    const left = rest.get(key);
    if (left !== undefined) rest.set(key, { ...left, sums: minus(left.sums, group.sums) });
  }
  const untagged = [...rest.values()].filter(({ sums }) => sums.requests > 0n);
  return [...tagged, ...untagged.map((group) => ({ ...group, tag: null }))];
}

async function ask(database: Database, question: UsageQuestion, plan: UsagePlan): Promise<UsageGroup[]> {
  const found: UsageRow[] = [];
  for (const stretch of plan.stretches) found.push(...(await usageOfHours(database, question, stretch)));
  found.push(...(await usageOfEdges(database, question, plan.edges)));
  const groups = new Map<string, UsageGroup>();
  for (const each of found) {
    const group = groupIn(each, question);
    const key = keyOf(group);
    const known = groups.get(key);
    groups.set(key, known === undefined ? group : { ...group, sums: plus(known.sums, group.sums) });
  }
  return [...groups.values()].filter(({ sums }) => sums.requests > 0n);
}

function groupIn({ row, bucket }: UsageRow, question: UsageQuestion): UsageGroup {
  return {
    dimensions: Object.fromEntries(question.groupBy.map((dimension) => [dimension, textIn(row, dimension) ?? null])),
    ...(isByTag(question) ? { tag: textIn(row, 'value') ?? null } : {}),
    ...(bucket === undefined ? {} : { bucket }),
    sums: sumsIn(row),
  };
}

type GroupKey = Pick<UsageGroup, 'dimensions' | 'bucket'> & { readonly tag?: string | null | undefined };

function keyOf({ dimensions, bucket, tag }: GroupKey): string {
  return JSON.stringify([dimensions, bucket, tag]);
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
