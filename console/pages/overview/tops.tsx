import type { Overview, OverviewTop } from '../../../src/admin/overview/overview-schema.ts';
import { nanoUsd, numberText, percentText } from '../../lib/format.ts';
import { hrefWith, urlChoice } from '../../lib/url-state.ts';
import { Money } from '../../parts/figures.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Select } from '../../parts/select.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { words } from './words.ts';

const KINDS = ['callers', 'aliases', 'models', 'backends'] as const;
/** The filter of requests for each. */
const FIELDS = { callers: 'caller', aliases: 'alias', models: 'model', backends: 'backend' } as const;
const kind = urlChoice('top', KINDS, 'callers');
const by = urlChoice('by', ['requests', 'cost'], 'requests');

/** Who asks the most, and what costs the most. */
export function Tops({ overview }: { readonly overview: Overview | undefined }) {
  const w = words.value;
  const rows = overview?.top[kind.value][by.value === 'cost' ? 'by_cost' : 'by_requests'];
  const options = (['requests', 'cost'] as const).map((each) => [each, w.bys[each]] as const);
  return (
    <Panel
      title={w.who}
      flush
      actions={
        <Select label={w.by} hideLabel value={by.value} options={options} onChange={(next) => (by.value = next)} />
      }
    >
      <div class="overview-tops">
        <Tabs
          label={w.who}
          tabs={KINDS.map((name) => ({ name, text: w.tops[name] }))}
          selected={kind.value}
          onSelect={(name) => (kind.value = name)}
        >
          <Table
            label={w.tops[kind.value]}
            columns={columns(rows ?? [])}
            rows={rows}
            rowKey={({ name }) => name ?? ''}
            hrefOf={({ name }) =>
              hrefWith('/console/requests', { from: overview?.window, [FIELDS[kind.value]]: name ?? undefined })
            }
            empty={<Empty title={w.noTops} />}
          />
        </Tabs>
      </div>
    </Panel>
  );
}

function columns(rows: readonly OverviewTop[]): readonly Column<OverviewTop>[] {
  const w = words.value;
  const most = Math.max(1, ...rows.map(amount));
  return [
    {
      name: 'name',
      title: w.name,
      cell: (row) => (
        <span class="top-name">
          {row.name ?? w.nobody}
          <span class="top-bar" aria-hidden="true" style={{ width: `${(amount(row) / most) * 100}%` }} />
        </span>
      ),
    },
    { name: 'requests', title: w.requests, isNumber: true, cell: ({ requests }) => numberText(requests) },
    {
      name: 'failed',
      title: w.failed,
      isNumber: true,
      isExtra: true,
      cell: ({ failed, requests }) =>
        failed === 0 ? '0' : <span class="tone-bad">{percentText(failed / requests)}</span>,
    },
    { name: 'cost', title: w.cost, isNumber: true, cell: ({ cost_usd: usd }) => <Money usd={usd} /> },
  ];
}

/** For the length of a bar a float is exact enough. */
function amount({ requests, cost_usd: usd }: OverviewTop): number {
  return by.value === 'cost' ? Number(nanoUsd(usd)) : requests;
}
