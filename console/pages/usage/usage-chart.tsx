import { useMemo } from 'preact/hooks';
import { compactMoneyText, compactText, numberText } from '../../lib/format.ts';
import { localDate } from '../../lib/local-date.ts';
import { timeText } from '../../lib/zone.ts';
import { Chart, type Series } from '../../parts/chart.tsx';
import type { UsageNow } from './usage-data.ts';
import { added, NOTHING, valueOf, type UsageRow } from './usage-rows.ts';
import { state, type Measure } from './usage-state.ts';
import { nameText } from './usage-names.ts';
import { words } from './words.ts';

interface UsageChartProps {
  readonly usage: UsageNow;
  readonly rows: readonly UsageRow[];
}

/** The largest groups over time, and all others as one. */
export function UsageChart({ usage, rows }: UsageChartProps) {
  const w = words.value;
  const measure = state.measure.value;
  const top = Number(state.top.value);
  const isByClass = state.by.value === 'class';
  const times = useMemo(() => startsOf(usage), [usage]);
  const series = useMemo(
    () => (isByClass ? classSeries(usage, times) : groupSeries(rows, { times, measure, top })),
    [usage, rows, measure, top, w, isByClass],
  );
  return (
    <Chart
      label={w.over(w.measures[isByClass ? 'tokens' : measure])}
      kind="bars"
      isStacked
      times={times}
      series={series}
      format={measure === 'cost' && !isByClass ? compactMoneyText : compactText}
      height={240}
    />
  );
}

interface Drawn {
  readonly times: readonly number[];
  readonly measure: Measure;
  readonly top: number;
}

function groupSeries(rows: readonly UsageRow[], { times, measure, top }: Drawn): readonly Series[] {
  const sorted = rows
    .filter(({ sums }) => valueOf(sums, measure) > 0)
    .toSorted((one, other) => valueOf(other.sums, measure) - valueOf(one.sums, measure));
  const named = sorted.slice(0, top).map((row): Series => ({
    name: nameText(row.names),
    values: times.map((time) => valueOf(row.byTime.get(time) ?? NOTHING, measure)),
  }));
  const others = sorted.slice(top);
  if (others.length === 0) return named;
  const values = times.map((time) => valueOf(added(others.map((row) => row.byTime.get(time) ?? NOTHING)), measure));
  return [...named, { name: words.value.other(numberText(others.length)), tone: 'other', values }];
}

/** Classes of tokens that there were any of. */
function classSeries({ now }: UsageNow, times: readonly number[]): readonly Series[] {
  const byTime = new Map(now.data.map((group) => [Date.parse(group.time ?? ''), group]));
  return Object.entries(words.value.classes).flatMap(([field, name]) => {
    const values = times.map((time) => Number(Reflect.get(byTime.get(time) ?? {}, field) ?? 0));
    return values.some((value) => value > 0) ? [{ name, values }] : [];
  });
}

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;

/** The starts of all steps, in the zone in use, whether anything happened in them or not. */
function startsOf({ now: { from, to }, step }: UsageNow): readonly number[] {
  const stepMs = step === 'hour' ? HOUR_MS : QUARTER_MS;
  const starts: number[] = [];
  for (let at = Math.floor(Date.parse(from) / stepMs) * stepMs; at < Date.parse(to); at += stepMs)
    if (step === 'hour' || isStart(at, step)) starts.push(at);
  return starts;
}

/** Whether a day, a week (on Monday) or a month begins at a time. */
function isStart(at: number, step: 'day' | 'week' | 'month'): boolean {
  if (timeText(at, 'minute') !== '00:00') return false;
  if (step === 'day') return true;
  const local = localDate(at);
  return step === 'week' ? local.getUTCDay() === 1 : local.getUTCDate() === 1;
}
