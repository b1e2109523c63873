import type { z } from 'zod';
import { formatUsd } from '../../lib/usd.ts';
import { TOKEN_CLASSES } from '../../core/token-classes.ts';
import type { RecentActivity } from '../../records/recent/recent-activity.ts';
import type { StepSums } from '../../records/recent/step-series.ts';
import { quantileOf } from '../../records/recent/ttft-buckets.ts';
import type { UsageSums } from '../../storage/ledger-query.ts';
import { ZERO } from '../../storage/ledger/measures.ts';
import type { AdminContext } from '../admin-context.ts';
import { isInMemory, ledgerOf } from '../store-of.ts';
import { bucketsOf } from '../time-text.ts';
import type { Overview, overviewQuery, OverviewTotals } from './overview-schema.ts';
import { SHAPES } from './overview-windows.ts';

/** A window with what happened in it. */
interface WindowSeries {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly source: Overview['source'];
  readonly series: Overview['series'];
  readonly totals: OverviewTotals;
  /** Of the window before; undefined: it is not known. */
  readonly before: OverviewTotals | undefined;
}

type Asked = z.output<typeof overviewQuery>;

/** What happened in a window, by steps. Short ones are in memory; of long ones the ledger has the sums, where there is one. */
export async function seriesOf(asked: Asked, now: number, context: AdminContext): Promise<WindowSeries> {
  const shape = SHAPES[asked.window];
  if (shape.isOfMinutes || isInMemory(context)) return fromMemory(asked, now, context);
  return await fromLedger(asked, now, context);
}

function fromMemory(asked: Asked, now: number, { recent }: AdminContext): WindowSeries {
  const { ms, stepMs, isOfMinutes } = SHAPES[asked.window];
  const sums = isOfMinutes ? recent.minutes : recent.hours;
  // Whole steps, so that what is drawn does not change its shape with each second; the last is under way.
  const to = Math.floor(now / stepMs) * stepMs + stepMs;
  const from = to - ms;
  const series = startsOf(from, to, stepMs).map((at) => ({
    at: timeJson(at),
    ...totalsOf(sums.between(at, at + stepMs)),
  }));
  const isBeforeKnown = recent.knownSince <= from - ms;
  return {
    from,
    to,
    stepMs,
    source: 'memory',
    series,
    totals: totalsOf(sums.between(from, to)),
    before: isBeforeKnown ? totalsOf(sums.between(from - ms, from)) : undefined,
  };
}

async function fromLedger(asked: Asked, now: number, context: AdminContext): Promise<WindowSeries> {
  const { ms, stepMs } = SHAPES[asked.window];
  const { recent } = context;
  const isOfDays = stepMs > 3_600_000;
  const to = Math.floor(now / 3_600_000) * 3_600_000 + 3_600_000;
  const starts = isOfDays
    ? (bucketsOf('day', { from: now - ms + stepMs, to }, asked.zone) ?? [])
    : startsOf(to - ms, to, stepMs);
  const from = starts[0] ?? to - ms;
  const ledger = await ledgerOf(context);
  const [{ groups, total }, { total: before }] = await Promise.all([
    ledger.usage({ from, to, buckets: starts }),
    ledger.usage({ from: from - (to - from), to: from }),
  ]);
  const byStart = new Map(groups.map(({ bucket, sums }) => [bucket, sums]));
  const series = starts.map((at, index) => {
    const end = starts[index + 1] ?? to;
    return { at: timeJson(at), ...both(byStart.get(at) ?? ZERO, at, end, recent) };
  });
  const hadBefore = before.requests > 0n;
  return {
    from,
    to,
    stepMs,
    source: 'ledger',
    series,
    totals: both(total, from, to, recent),
    before: hadBefore ? both(before, from - (to - from), from, recent) : undefined,
  };
}

/** Sums of the ledger, with what it does not sum as far as the memory has it. */
function both(sums: UsageSums, from: number, to: number, recent: RecentActivity): OverviewTotals {
  const isKnown = recent.knownSince <= from;
  const seen = recent.hours.between(from, to);
  return {
    requests: Number(sums.requests),
    failed: Number(sums.failed) + Number(sums.interrupted),
    refused: isKnown ? seen.refused : null,
    failed_over: isKnown ? seen.failedOver : null,
    ttft_p50_ms: quantileOf(seen.ttft, 0.5) ?? null,
    ttft_p95_ms: quantileOf(seen.ttft, 0.95) ?? null,
    tokens: Number(TOKEN_CLASSES.reduce((all, name) => all + sums[name], 0n)),
    cost_usd: formatUsd(sums.nanoUsd),
    unpriced: Number(sums.unpriced),
  };
}

function totalsOf({ ttft, ...sums }: StepSums): OverviewTotals {
  return {
    requests: sums.requests,
    failed: sums.failed,
    refused: sums.refused,
    failed_over: sums.failedOver,
    ttft_p50_ms: quantileOf(ttft, 0.5) ?? null,
    ttft_p95_ms: quantileOf(ttft, 0.95) ?? null,
    tokens: sums.tokens,
    cost_usd: formatUsd(sums.nanoUsd),
    unpriced: sums.unpriced,
  };
}

function startsOf(from: number, to: number, stepMs: number): number[] {
  return Array.from({ length: Math.round((to - from) / stepMs) }, (_, at) => from + at * stepMs);
}

function timeJson(at: number): string {
  return new Date(at).toISOString();
}
