import { useMemo } from 'preact/hooks';
import { hrefOf } from '../../lib/api.ts';
import { compactText, moneyText, numberText } from '../../lib/format.ts';
import { usdOfNano } from '../../lib/money.ts';
import { query } from '../../lib/router.ts';
import { may, role } from '../../lib/session.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { zone } from '../../lib/zone.ts';
import { Icon } from '../../parts/icon.tsx';
import { Empty, ErrorNotice, Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Stat } from '../../parts/stat.tsx';
import { words as common } from '../../words/words.ts';
import { ClassTable } from './class-table.tsx';
import { UsageChart } from './usage-chart.tsx';
import { UsageControls, UsageWindow } from './usage-controls.tsx';
import { UsageTable } from './usage-table.tsx';
import { MOST_GROUPS, useUsage, type UsageNow } from './usage-data.ts';
import { added, rowsOf, sumsOf, type UsageRow } from './usage-rows.ts';
import { filterQuery, groupBy, groups, state, timesText, usagePath } from './usage-state.ts';
import './usage.css';
import { words } from './words.ts';

/** Who used what, and what it cost: over time, by anything, against the time before. */
export function UsagePage() {
  const usage = useUsage();
  const { value } = usage.value;
  const error = usage.error.value;
  const names = groupBy().join();
  const rows = useMemo(() => value && rowsOf(value.now.data, value.before.data, groups()), [value, names]);
  return (
    <Page
      title={common.value.pages.usage}
      actions={
        <>
          <UsageWindow />
          {value && <Export usage={value} />}
        </>
      }
    >
      <UsageControls isOwn={role.value === 'member'} rows={rows ?? []} />
      {error && <ErrorNotice error={error} onRetry={usage.reload} />}
      {value === undefined || rows === undefined ? (
        error === undefined && <Skeleton lines={8} />
      ) : (
        <Shown usage={value} rows={rows} />
      )}
    </Page>
  );
}

function Shown({ usage, rows }: { readonly usage: UsageNow; readonly rows: readonly UsageRow[] }) {
  const w = words.value;
  const { measure, by } = state;
  const shown = by.value === 'class' ? w.measures.tokens : w.measures[measure.value];
  const { from, to, total } = usage.now;
  if (total.requests === 0)
    return (
      <Panel title={w.over(shown)}>
        <Empty title={w.empty}>
          <p>{w.emptyMore}</p>
        </Empty>
      </Panel>
    );
  return (
    <>
      <Totals usage={usage} />
      <Remarks usage={usage} rows={rows} />
      <Panel title={w.over(shown)} actions={<span class="hint">{timesText(from, to, w.counted)}</span>}>
        <UsageChart usage={usage} rows={rows} />
      </Panel>
      <Panel title={w.table} flush>
        {by.value === 'class' ? <ClassTable usage={usage} /> : <UsageTable usage={usage} rows={rows} />}
      </Panel>
    </>
  );
}

/** All that was used, with how it has changed. */
function Totals({ usage: { now, before } }: { readonly usage: UsageNow }) {
  const w = words.value;
  const [total, earlier] = [sumsOf(now.total), sumsOf(before.total)];
  const { from, to } = now;
  const requests = { ...filterQuery(), from, to };
  return (
    <div class="stats">
      <Stat
        label={w.cost}
        value={moneyText(now.total.cost_usd)}
        title={`${now.total.cost_usd} USD`}
        change={{ now: Number(usdOfNano(total.nanoUsd)), before: Number(usdOfNano(earlier.nanoUsd)) }}
        {...linkTo(requests)}
      />
      {(['requests', 'failed', 'tokens'] as const).map((each) => (
        <Stat
          key={each}
          label={w[each]}
          value={compactText(total[each])}
          title={numberText(total[each])}
          change={{ now: total[each], before: earlier[each], ...(each === 'failed' && { good: 'down' as const }) }}
          {...linkTo(each === 'failed' ? { ...requests, status: 'error' } : requests)}
        />
      ))}
      <Stat
        label={w.outputOf}
        value={compactText(total.output)}
        title={numberText(total.output)}
        note={w.inputOf(compactText(total.input), compactText(total.cached))}
        href={hrefWith('/console/usage', { ...Object.fromEntries(query.value), by: 'class', by2: undefined })}
      />
    </div>
  );
}

/** The list of requests, for whom that page is. */
function linkTo(fields: Readonly<Record<string, string>>): { readonly href?: string } {
  return may('team_admin') ? { href: hrefWith('/console/requests', fields) } : {};
}

/** What the sums do not have in them. */
function Remarks({ usage: { now }, rows }: { readonly usage: UsageNow; readonly rows: readonly UsageRow[] }) {
  const w = words.value;
  const { total, data, from, to } = now;
  const isTruncated = data.length >= MOST_GROUPS || added(rows.map(({ sums }) => sums)).requests < total.requests;
  const isByClass = state.by.value === 'class';
  return (
    <>
      {total.unpriced_requests > 0 && (
        <Notice icon="warning" tone="warn" title={w.unpriced(numberText(total.unpriced_requests))}>
          <p>{w.unpricedMore}</p>
          {may('team_admin') && (
            <a href={hrefWith('/console/requests', { ...filterQuery(), from, to, unpriced: 'true' })}>
              {w.unpricedShow}
            </a>
          )}
        </Notice>
      )}
      {isTruncated && !isByClass && <Notice icon="info" title={w.truncated} />}
      {total.estimated_requests > 0 && <p class="hint">{w.estimated(numberText(total.estimated_requests))}</p>}
    </>
  );
}

/** The same numbers as a file, by group and step. */
function Export({ usage: { now, step } }: { readonly usage: UsageNow }) {
  const query = {
    ...filterQuery(),
    group_by: [...groupBy(), step].join(','),
    from: now.from,
    to: now.to,
    zone: zone.value,
    limit: MOST_GROUPS,
    format: 'csv',
  };
  return (
    <a class="button" href={hrefOf(usagePath(), query)} download="usage.csv">
      <Icon name="download" />
      {words.value.csv}
    </a>
  );
}
