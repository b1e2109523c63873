import { useMemo } from 'preact/hooks';
import type { Usage } from '../../lib/answers.ts';
import { bucketStarts } from '../../lib/buckets.ts';
import { compactMoneyText, compactText } from '../../lib/format.ts';
import type { Resource } from '../../lib/resource.ts';
import { Chart, type Series } from '../../parts/chart.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { words } from './words.ts';

interface UsageChartsProps {
  readonly usage: Resource<Usage>;
  readonly per: 'hour' | 'day';
}

/** Requests and cost over the window. */
export function UsageCharts({ usage, per }: UsageChartsProps) {
  const w = words.value;
  const { value } = usage.value;
  const drawn = useMemo(() => value && seriesOf(value, per), [value, per]);
  const named = (series: Series, name: string): Series => ({ ...series, name });
  const requests = useMemo(() => drawn && [named(drawn.served, w.served), named(drawn.failed, w.failed)], [drawn, w]);
  const cost = useMemo(() => drawn && [named(drawn.cost, w.cost)], [drawn, w]);
  const error = usage.error.value;
  if (error !== undefined && value === undefined) return <ErrorNotice error={error} onRetry={usage.reload} />;
  return (
    <div class="columns">
      <Panel title={w.traffic}>
        {drawn && requests ? (
          <Chart label={w.traffic} kind="bars" isStacked times={drawn.times} series={requests} format={compactText} />
        ) : (
          <Skeleton lines={6} />
        )}
      </Panel>
      <Panel title={w.spend}>
        {drawn && cost ? (
          <Chart label={w.spend} kind="bars" times={drawn.times} series={cost} format={compactMoneyText} />
        ) : (
          <Skeleton lines={6} />
        )}
      </Panel>
    </div>
  );
}

function seriesOf({ data, from, to }: Usage, per: 'hour' | 'day') {
  const times = bucketStarts(per, Date.parse(from), Date.parse(to));
  const byTime = new Map(data.map((group) => [Date.parse(group.time ?? ''), group]));
  const values = (pick: (group: Usage['data'][number]) => number): number[] =>
    times.map((time) => {
      const group = byTime.get(time);
      return group === undefined ? 0 : pick(group);
    });
  return {
    times,
    served: { name: '', tone: 'accent', values: values(({ requests, failed }) => requests - failed) } satisfies Series,
    failed: { name: '', tone: 'bad', values: values(({ failed }) => failed) } satisfies Series,
    // For a picture a float is exact enough.
    cost: { name: '', tone: 'accent', values: values(({ cost_usd: usd }) => Number(usd)) } satisfies Series,
  };
}
