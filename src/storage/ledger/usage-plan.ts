import type { UsageQuery } from '../ledger-query.ts';
import { countValue } from '../write-value.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';

/** A stretch of whole hours, in hours since the epoch: its sums are in roll-ups. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** How many hours there are from one bucket to the next, where there are several. */
  readonly every?: number;
  /** So many of these count, from the first; the others are edges. */
  readonly used?: number;
  /** The starts of its buckets, in milliseconds; of none: they are not asked for. */
  readonly buckets: readonly number[];
}

/** A part of an hour, in milliseconds since the epoch: what it comes to only its rows know. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** The start of the bucket that it belongs to. */
  readonly bucket: number | undefined;
}

/** From where the sums of a query are taken. */
export interface UsagePlan {
  readonly stretches: readonly Stretch[];
  readonly edges: readonly Edge[];
  /** What is counted. */
  readonly from: number;
  readonly to: number;
}

type Times = Pick<UsageQuery, 'from' | 'to' | 'buckets'>;

/** Whether any time of a query lies within an hour. */
export function hasEdges({ from, to, buckets = [] }: Times): boolean {
  return [from, to, ...buckets].some((time) => !isWhole(countValue(time)));
}

/**
 * Splits the times of a query into whole hours and edges. Where rows are gone (`isGone`, by day), an hour that a time lies in
 * counts whole: for the bucket that begins in it, and for the last.
 */
export function usagePlan({ from, to, buckets }: Times, isGone: (day: number) => boolean): UsagePlan {
  const starts = (buckets ?? [from]).map(countValue);
  const end = countValue(to);
  const slices = starts.map((start, at) => ({ start, end: starts[at + 1] ?? end, isLast: at === starts.length - 1 }));
  const parts = slices
    .map((slice, at) => ({ ...partsOf(slice, isGone), at }))
    .filter(({ start, end: stop }) => start < stop);
  const edges = parts.flatMap(({ edges: own, start }) =>
    own.map((edge) => ({ ...edge, bucket: buckets === undefined ? undefined : start })),
  );
  const [counted, until] = [countValue(from), end];
  return {
    stretches: stretchesOf(parts, buckets === undefined ? undefined : starts),
    edges,
    from: isExact(counted, isGone) ? counted : Math.floor(counted / HOUR_MS) * HOUR_MS,
    to: isExact(until, isGone) ? until : Math.ceil(until / HOUR_MS) * HOUR_MS,
  };
}

/** What one bucket is made of; `from` and `to` are its whole hours. */
interface Parts {
  /** Its place among the buckets. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

function partsOf(
  { start, end, isLast }: { readonly start: number; readonly end: number; readonly isLast: boolean },
  isGone: (day: number) => boolean,
) {
  const before = isExact(start, isGone) ? Math.ceil(start / HOUR_MS) : Math.floor(start / HOUR_MS);
  const after = isExact(end, isGone) || !isLast ? Math.floor(end / HOUR_MS) : Math.ceil(end / HOUR_MS);
  const edges: { from: number; to: number }[] = [];
  const add = (from: number, to: number): void => {
    const last = edges.at(-1);
    const isNext = last?.to === from && Math.floor(last.from / DAY_MS) === Math.floor(from / DAY_MS);
    if (from >= to) return;
    if (last !== undefined && isNext) edges[edges.length - 1] = { from: last.from, to };
    else edges.push({ from, to });
  };
  if (!isWhole(start) && isExact(start, isGone)) add(start, Math.min(before * HOUR_MS, end));
  if (!isWhole(end) && isExact(end, isGone)) add(Math.max(after * HOUR_MS, edges.at(-1)?.to ?? start), end);
  return { start, end, from: before, to: Math.max(before, after), edges };
}

/** One for all buckets of the same length that follow each other: a day of a zone may have 23 hours, a month any number of days. */
function stretchesOf(parts: readonly Parts[], starts: readonly number[] | undefined): Stretch[] {
  const runs: (Required<Omit<Stretch, 'buckets'>> & { readonly at: number; readonly count: number })[] = [];
  for (const [index, { from, to, at }] of parts.entries()) {
    if (from >= to) continue;
    const next = parts[index + 1];
    const used = to - from;
    const every = next?.at === at + 1 ? next.from - from : used;
    const run = runs.at(-1);
    const isNext = run !== undefined && run.at + run.count === at && run.from + run.count * run.every === from;
    const isAlike = (run?.every === every && run.used === used) || (next === undefined && used <= (run?.used ?? 0));
    if (isNext && isAlike) runs[runs.length - 1] = { ...run, to, count: run.count + 1 };
    else runs.push({ from, to, every, used, at, count: 1 });
  }
  return runs.map(({ from, to, every, used, at, count }) => ({
    from,
    to,
    ...(count > 1 ? { every, used } : {}),
    buckets: starts?.slice(at, at + count) ?? [],
  }));
}

function isWhole(time: number): boolean {
  return time % HOUR_MS === 0;
}

/** Whether what came just before and after a time can be told apart. */
function isExact(time: number, isGone: (day: number) => boolean): boolean {
  return isWhole(time) || !isGone(Math.floor(time / DAY_MS));
}
