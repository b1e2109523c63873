import { useMemo } from 'preact/hooks';
import { WITHOUT, type Key } from '../../lib/accounts.ts';
import type { RequestPage, Usage } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { bucketStarts } from '../../lib/buckets.ts';
import { compactMoneyText, compactText, moneyText, numberText } from '../../lib/format.ts';
import { useResource } from '../../lib/resource.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { zone } from '../../lib/zone.ts';
import { Chart, type Series } from '../../parts/chart.tsx';
import { Time } from '../../parts/figures.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Stat } from '../../parts/stat.tsx';
import { words } from './words.ts';

/** What a key did in 30 days: sums, each leading to what it is made of, and the cost by day. */
export function KeyUsage({ apiKey }: { readonly apiKey: Key }) {
  const w = words.value;
  const { id, source, name, team = WITHOUT } = apiKey;
  const own = { caller: name, team };
  const usage = useResource(`usage ${id} ${zone.value}`, (signal) =>
    get<Usage>('/admin/usage', {
      query: { from: '30d', group_by: 'day', zone: zone.value, ...own },
      signal,
    }),
  );
  const requests = source === 'store' ? { key_id: id } : own;
  const last = useResource(`last ${id}`, (signal) =>
    get<RequestPage>('/admin/requests', { query: { ...requests, limit: 1 }, signal }),
  );
  const { value } = usage.value;
  const series = useMemo(() => value && [costOf(value, w.cost30)], [value, w]);
  const times = useMemo(() => value && startsOf(value), [value]);
  const [latest] = last.value.value?.data ?? [];
  const total = value?.total;
  return (
    <>
      <div class="stats">
        <Stat
          label={w.requests30}
          value={total ? compactText(total.requests) : '–'}
          {...(total && { title: numberText(total.requests) })}
          href={hrefWith('/console/requests', requests)}
        />
        <Stat
          label={w.failed30}
          value={total ? compactText(total.failed) : '–'}
          href={hrefWith('/console/requests', { ...requests, status: 'error' })}
        />
        <Stat
          label={w.tokens30}
          value={total ? compactText(total.total_tokens) : '–'}
          {...(total && { title: numberText(total.total_tokens) })}
          href={hrefWith('/console/usage', { ...own, by: 'model', measure: 'tokens' })}
        />
        <Stat
          label={w.cost30}
          value={total ? moneyText(total.cost_usd) : '–'}
          {...(total && { title: `${total.cost_usd} USD` })}
          href={hrefWith('/console/usage', { ...own, by: 'model' })}
        />
        <Stat
          label={w.lastUsed}
          value={<span class="stat-time">{latest ? <Time at={latest.started_at} /> : '–'}</span>}
        />
      </div>
      {series && times && (total?.requests ?? 0) > 0 && (
        <Panel title={w.usageOver}>
          <Chart label={w.usageOver} kind="bars" times={times} series={series} format={compactMoneyText} height={140} />
        </Panel>
      )}
    </>
  );
}

function startsOf({ from, to }: Usage): readonly number[] {
  return bucketStarts('day', Date.parse(from), Date.parse(to));
}

function costOf(usage: Usage, name: string): Series {
  const byTime = new Map(usage.data.map(({ time, cost_usd: usd }) => [Date.parse(time ?? ''), usd]));
  // For a picture a float is exact enough.
  return { name, tone: 'accent', values: startsOf(usage).map((time) => Number(byTime.get(time) ?? '0')) };
}
