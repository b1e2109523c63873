import { useMemo } from 'preact/hooks';
import type { Overview } from '../../../src/admin/overview/overview-schema.ts';
import { compactMoneyText, compactText, durationText } from '../../lib/format.ts';
import { Chart, type ChartProps, type Series } from '../../parts/chart.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { words } from './words.ts';

/** All charts have one axis of time, and one cursor moves over them. */
const SYNC = 'overview';

/** What happened over the window: requests, times, tokens, cost. */
export function Charts({ overview }: { readonly overview: Overview | undefined }) {
  const w = words.value;
  const drawn = useMemo(() => overview && chartsOf(overview, w), [overview, w]);
  const titles = { traffic: w.traffic, latency: w.latency, tokens: w.tokensOver, cost: w.spend };
  return (
    <div class="columns">
      {(['traffic', 'latency', 'tokens', 'cost'] as const).map((name) => (
        <Panel key={name} title={titles[name]}>
          {drawn ? <Chart label={titles[name]} syncKey={SYNC} height={160} {...drawn[name]} /> : <Skeleton lines={5} />}
        </Panel>
      ))}
    </div>
  );
}

type Drawn = Pick<ChartProps, 'kind' | 'isStacked' | 'times' | 'series' | 'format'>;

function chartsOf(
  { series }: Overview,
  w: typeof words.value,
): Record<'traffic' | 'latency' | 'tokens' | 'cost', Drawn> {
  const times = series.map(({ at }) => Date.parse(at));
  type Step = Overview['series'][number];
  const line = (name: string, of: (step: Step) => number | null, tone?: NonNullable<Series['tone']>): Series => ({
    name,
    values: series.map(of),
    ...(tone && { tone }),
  });
  return {
    traffic: {
      kind: 'bars',
      isStacked: true,
      times,
      format: compactText,
      series: [
        line(
          w.served,
          ({ requests, failed, failed_over: over }) => Math.max(0, requests - failed - (over ?? 0)),
          'accent',
        ),
        line(w.failedOver, ({ failed_over: over }) => over ?? 0, 'warn'),
        line(w.failed, ({ failed }) => failed, 'bad'),
      ],
    },
    latency: {
      kind: 'lines',
      times,
      format: durationText,
      series: [line(w.p50, (step) => step.ttft_p50_ms, 'accent'), line(w.p95, (step) => step.ttft_p95_ms, 'warn')],
    },
    tokens: { kind: 'bars', times, format: compactText, series: [line(w.tokens, ({ tokens }) => tokens)] },
    cost: {
      kind: 'bars',
      times,
      format: compactMoneyText,
      // For a picture a float is exact enough.
      series: [line(w.cost, ({ cost_usd: usd }) => Number(usd))],
    },
  };
}
