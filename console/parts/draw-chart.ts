import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { timeText, zone, type TimeForm } from '../lib/zone.ts';
import type { ChartProps } from './chart.tsx';

/** What is drawn, and who is told which point is under the pointer. */
interface Drawn extends ChartProps {
  readonly height: number;
  readonly hidden: ReadonlySet<string>;
  readonly onPoint: (index: number | undefined) => void;
}

/** Draws a chart into an element, as wide as that is. Returns what takes it away. */
export function drawChart(box: HTMLElement, drawn: Drawn): () => void {
  const colors = colorsOf(box);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const size = () => ({ width: box.clientWidth, height: (drawn.height * rem) / 16 });
  const chart = new uPlot({ ...optionsOf(drawn, colors), ...size() }, dataOf(drawn), box);
  const resized = new ResizeObserver(() => chart.setSize(size()));
  resized.observe(box);
  return () => {
    resized.disconnect();
    chart.destroy();
  };
}

interface Colors {
  readonly text: string;
  readonly grid: string;
  readonly font: string;
  /** The size of that, in pixels. */
  readonly em: number;
  series(at: number, tone: string | undefined): string;
}

/** The colours of the theme in use, for a canvas knows no CSS. */
function colorsOf(box: HTMLElement): Colors {
  const style = getComputedStyle(box);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: color('--text-2'),
    grid: color('--line'),
    font: `${style.fontSize} ${style.fontFamily}`,
    em: Number.parseFloat(style.fontSize),
    series: (at, tone) => color(`--series-${tone ?? (at % 8) + 1}`),
  };
}

function optionsOf(drawn: Drawn, colors: Colors): Omit<uPlot.Options, 'width' | 'height'> {
  const { series, format, kind, times } = drawn;
  const axis = { stroke: colors.text, font: colors.font, ticks: { show: false } } as const;
  const step = (times[1] ?? 0) - (times[0] ?? 0);
  return {
    padding: [10, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: kind === 'lines' },
      drag: { x: false, y: false },
      ...(drawn.syncKey === undefined ? {} : { sync: { key: drawn.syncKey, setSeries: false } }),
    },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone.value),
    scales: {
      x: {
        time: true,
        range: (_chart, from, to) => (kind === 'bars' ? [from - step / 2000, to + step / 2000] : [from, to]),
      },
      y: { range: (_chart, _from, to) => [0, niceTop(to)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 6.4 * colors.em,
        size: 2.6 * colors.em,
        gap: 8,
        values: (_chart, splits) => {
          const gap = ((splits[1] ?? 0) - (splits[0] ?? 0)) * 1000;
          return splits.map((seconds) => {
            const form = axisForm(gap, seconds);
            // Where a point is a day, no hours stand between days.
            return step >= 24 * HOUR_MS && form !== 'day' ? '' : timeText(seconds * 1000, form);
          });
        },
      },
      {
        ...axis,
        grid: { stroke: colors.grid, width: 1 },
        space: 3.1 * colors.em,
        gap: 8,
        size: (_chart, labels: readonly string[] | null) =>
          16 + 0.57 * colors.em * Math.max(3, ...(labels ?? []).map((each) => each.length)),
        values: (_chart, splits) => splits.map(format),
      },
    ],
    series: [{}, ...topFirst(drawn).map(({ at, tone, name }) => seriesOf(name, colors.series(at, tone), drawn))],
    hooks: { setCursor: [({ cursor }) => drawn.onPoint(cursor.idx ?? undefined)] },
    ...(series.length === 0 ? { cursor: { show: false } } : {}),
  };
}

/** A little above the largest value, so that nothing touches the top. */
function niceTop(most: number): number {
  return (most > 0 && uPlot.rangeNum(0, most, 0.1, true)[1]) || 1;
}

function seriesOf(name: string, color: string, { kind, isStacked = false, hidden }: Drawn): uPlot.Series {
  return {
    label: name,
    show: !hidden.has(name),
    stroke: color,
    width: kind === 'bars' ? 0 : 1.75,
    // What has no neighbour is no line.
    points: kind === 'lines' ? { show: true, size: 5, filter: alone } : { show: false },
    ...(kind === 'lines' ? {} : { fill: isStacked || kind === 'bars' ? color : `${color}33` }),
    ...(kind === 'bars' ? { paths: uPlot.paths.bars?.({ size: [0.72, 48], align: 0 }) ?? null } : {}),
  } as uPlot.Series;
}

/** The places of values that have none beside them. */
function alone(chart: uPlot, series: number): number[] {
  const values = chart.data[series] ?? [];
  const isNone = (at: number): boolean => values[at] === null || values[at] === undefined;
  return Array.from(values.keys()).filter((at) => !isNone(at) && isNone(at - 1) && isNone(at + 1));
}

/** Stacked ones are drawn from the top of the stack down, so that each covers the rest of the one above it. */
function topFirst({ series, isStacked = false }: ChartProps) {
  const all = series.map(({ name, tone }, at) => ({ name, tone, at }));
  return isStacked ? all.toReversed() : all;
}

function dataOf({ times, series, isStacked = false, hidden }: Drawn): uPlot.AlignedData {
  const seconds = times.map((ms) => ms / 1000);
  if (!isStacked) return [seconds, ...series.map(({ values }) => [...values])];
  const sums = times.map(() => 0);
  const stacked = series.map(({ name, values }) =>
    values.map((value, at) => (sums[at] = (sums[at] ?? 0) + (hidden.has(name) ? 0 : (value ?? 0)))),
  );
  return [seconds, ...stacked.toReversed()];
}

const HOUR_MS = 3_600_000;

/** How much of a time an axis says; at midnight, the day. */
function axisForm(gapMs: number, seconds: number): TimeForm {
  if (gapMs >= 24 * HOUR_MS) return 'day';
  if (gapMs < 60_000) return 'second';
  return timeText(seconds * 1000, 'minute') === '00:00' ? 'day' : 'minute';
}
