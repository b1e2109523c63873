import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { locale } from '../lib/language.ts';
import { isDark } from '../lib/theme.ts';
import { timeText, zone, type TimeForm } from '../lib/zone.ts';
import { words } from '../words/words.ts';
import { Skeleton } from './skeleton.tsx';

/** One line, area or row of bars of a chart. */
export interface Series {
  readonly name: string;
  /** As many as there are times; null: nothing was measured. */
  readonly values: readonly (number | null)[];
  /** Undefined: the next of the palette. `bad` is for what went wrong. */
  readonly tone?: 'accent' | 'good' | 'warn' | 'bad' | 'other';
}

export interface ChartProps {
  /** What it shows, for a screen reader. */
  readonly label: string;
  readonly kind: 'bars' | 'area' | 'lines';
  /** Bars and areas stand on each other. */
  readonly isStacked?: boolean;
  /** Milliseconds since 1970, evenly spaced. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** A value as text, on the axis and in the legend. */
  readonly format: (value: number) => string;
  /** In pixels, where text has its usual size; it grows with that. */
  readonly height?: number;
  /** Charts with the same key have one cursor. */
  readonly syncKey?: string;
}

/** A chart over time, drawn by uPlot, which is loaded with the first one; with its numbers as a table below. */
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const at = useSignal<number | undefined>(undefined);
  const isDrawn = useSignal(false);
  const look = useComputed(() => [isDark.value, zone.value, locale.value, [...hidden.value]].join());
  const { times, series, height = 200 } = props;
  useEffect(() => {
    const leave = new AbortController();
    void import('./draw-chart.ts').then(({ drawChart }) => {
      if (leave.signal.aborted || box.current === null) return;
      isDrawn.value = true;
      const end = drawChart(box.current, {
        ...props,
        height,
        hidden: hidden.value,
        onPoint: (index) => (at.value = index),
      });
      leave.signal.addEventListener('abort', end);
    });
    return () => leave.abort();
  }, [times, series, look.value]);
  return (
    <figure class="chart" aria-label={props.label}>
      <div ref={box} class="chart-canvas" aria-hidden="true" style={{ minHeight: `${height / 16}rem` }}>
        {!isDrawn.value && <Skeleton lines={4} />}
      </div>
      <Legend {...props} hidden={hidden} at={at.value} />
      <ChartTable {...props} />
    </figure>
  );
}

interface LegendProps extends ChartProps {
  readonly hidden: { value: ReadonlySet<string> };
  readonly at: number | undefined;
}

/** Names with their colours, and their values at the time under the pointer. A click hides one. */
function Legend({ series, times, format, hidden, at }: LegendProps) {
  const toggle = (name: string): void => {
    const next = new Set(hidden.value);
    if (!next.delete(name)) next.add(name);
    hidden.value = next;
  };
  const time = at === undefined ? undefined : times[at];
  return (
    <figcaption class="legend">
      {series.map(({ name, tone, values }, index) => {
        const value = at === undefined ? undefined : values[at];
        return (
          <button
            key={name}
            type="button"
            class="legend-item"
            aria-pressed={!hidden.value.has(name)}
            onClick={() => toggle(name)}
          >
            <span class={`swatch swatch-${tone ?? (index % PALETTE_SIZE) + 1}`} />
            {name}
            {value !== undefined && value !== null && <b>{format(value)}</b>}
          </button>
        );
      })}
      <span class="legend-time">{time !== undefined && timeText(time, 'list')}</span>
    </figcaption>
  );
}

/** As many colours as are told apart. */
export const PALETTE_SIZE = 8;

/** The same numbers for who does not see the picture, or wants to copy them. */
function ChartTable({ label, series, times, format }: ChartProps) {
  const id = useId();
  const isOpen = useSignal(false);
  return (
    <details class="chart-table" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary id={id}>{words.value.asTable}</summary>
      {isOpen.value && (
        <div class="table-box" tabIndex={0} role="group" aria-labelledby={id}>
          <table class="table" aria-label={label}>
            <thead>
              <tr>
                <th scope="col">{words.value.time}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, index) => (
                <tr key={time}>
                  <th scope="row">{timeText(time, formOf(times))}</th>
                  {series.map(({ name, values }) => {
                    const value = values[index] ?? null;
                    return (
                      <td key={name} class="number">
                        {value === null ? '–' : format(value)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

const DAY_MS = 86_400_000;

/** How times of a chart are written: of days, the time of day says nothing. */
export function formOf([first = 0, second = 0]: readonly number[]): TimeForm {
  return second - first >= DAY_MS - 3_600_000 ? 'date' : 'list';
}
