// All parts in all their states on one page, for tests and for the eye. It is no part of the console that is shipped.
import { render } from 'preact';
import { useSignal } from '@preact/signals';
import { bytesText, compactMoneyText, compactText, durationText, numberText } from '../lib/format.ts';
import { startKeys } from '../lib/keys.ts';
import { startRouter } from '../lib/router.ts';
import { toast } from '../lib/toasts.ts';
import { urlField } from '../lib/url-state.ts';
import { offsetText } from '../lib/zone.ts';
import { Badge, StateBadge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Chart, type Series } from '../parts/chart.tsx';
import { Code } from '../parts/code.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Copy } from '../parts/copy.tsx';
import { Duration, Money, Time } from '../parts/figures.tsx';
import { Filters } from '../parts/filters.tsx';
import { JsonDiff } from '../parts/json-diff.tsx';
import { Layout } from '../parts/layout.tsx';
import { Page } from '../parts/page.tsx';
import { Panel } from '../parts/panel.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { Stat } from '../parts/stat.tsx';
import { Table, type Column } from '../parts/table.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { ROWS, type Row } from './rows.ts';

const NOW = Date.UTC(2026, 10, 30, 15);
const HOUR_MS = 3_600_000;

function Gallery() {
  return (
    <Layout items={[{ path: '/', title: 'Parts', icon: 'overview', letter: 'o', isCurrent: true }]}>
      <Page
        title="Parts"
        actions={
          <Button icon="plus" kind="main" onClick={() => toast('Made')}>
            {'Make a toast'}
          </Button>
        }
      >
        <Stats />
        <Charts />
        <Tables />
        <Texts />
        <Dialogs />
      </Page>
    </Layout>
  );
}

function Stats() {
  return (
    <>
      <div class="stats">
        <Stat
          label="Requests"
          value={compactText(123_456)}
          title={numberText(123_456)}
          change={{ now: 12, before: 10, good: 'up' }}
          href="/?of=requests"
        >
          <Sparkline label="Requests by hour" values={[3, 5, 4, 8, 6, 9, 12]} />
        </Stat>
        <Stat label="Failed" value="12" change={{ now: 12, before: 8, good: 'down' }} note="0.1% of all" />
        <Stat label="First token" value={durationText(420)} change={{ now: 420, before: 421, good: 'down' }} />
        <Stat label="Cost" value={<Money usd="1234.5" />} change={{ now: 3, before: 4 }} />
        <Stat label="Sent" value={bytesText(12_345_678)} note={offsetText(NOW)} />
      </div>
      <Panel title="States">
        <p class="row">
          {(['up', 'cooling', 'half_open', 'dead', 'ok', 'failed', 'interrupted', 'ready', 'not_ready'] as const).map(
            (state) => (
              <StateBadge key={state} state={state} />
            ),
          )}
          <Badge tone="plain">plain</Badge>
        </p>
      </Panel>
    </>
  );
}

const times = Array.from({ length: 48 }, (_, at) => NOW - (47 - at) * HOUR_MS);
const wave = (height: number, shift: number): number[] =>
  times.map((_, at) => Math.round(height * (1.2 + Math.sin((at + shift) / 5))));
const MANY: readonly Series[] = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'].map(
  (name, at) => ({
    name,
    values: wave(10 + at * 5, at * 3),
  }),
);
const TWO: readonly Series[] = [
  { name: 'p50', values: wave(300, 0) },
  { name: 'p95', values: wave(900, 4).map((value, at) => (at > 20 && at < 24 ? null : value)), tone: 'warn' },
];

function Charts() {
  return (
    <div class="columns">
      <Panel title="Stacked bars">
        <Chart label="Stacked bars" kind="bars" isStacked times={times} series={MANY} format={compactText} />
      </Panel>
      <Panel title="Stacked areas">
        <Chart label="Stacked areas" kind="area" isStacked times={times} series={MANY} format={compactMoneyText} />
      </Panel>
      <Panel title="Lines">
        <Chart label="Lines" kind="lines" times={times} series={TWO} format={durationText} />
      </Panel>
    </div>
  );
}

const sort = urlField('sort', '-cost');
const search = urlField('search');
const state = urlField('state');

const COLUMNS: readonly Column<Row>[] = [
  { name: 'name', title: 'Name', cell: ({ name }) => name, sortValue: ({ name }) => name },
  { name: 'state', title: 'State', cell: ({ state }) => <StateBadge state={state} />, sortValue: ({ state }) => state },
  { name: 'at', title: 'When', cell: ({ at }) => <Time at={at} />, isExtra: true },
  { name: 'ms', title: 'Took', cell: ({ ms }) => <Duration ms={ms} />, isNumber: true, sortValue: ({ ms }) => ms },
  {
    name: 'cost',
    title: 'Cost',
    cell: ({ cost }) => <Money usd={cost} />,
    isNumber: true,
    sortValue: ({ cost }) => (cost === null ? null : Number(cost)),
  },
];

function Tables() {
  const states = [
    ['up', 'Up'],
    ['dead', 'Down'],
  ] as const;
  const rows = ROWS.filter(
    (row) => row.name.includes(search.value) && (state.value === '' || row.state === state.value),
  );
  const common = { columns: COLUMNS, rowKey: ({ name }: Row) => name };
  const error = { status: 503, code: 'storage_unavailable', message: 'The database cannot be reached.' };
  return (
    <>
      <Filters
        filters={[
          { field: search, label: 'Name', isSearch: true },
          { field: state, label: 'State', options: states },
        ]}
      />
      <Panel title="Rows" flush>
        <Table
          {...common}
          label="Rows"
          rows={rows}
          sort={sort}
          hrefOf={({ name }) => `/console/gallery/${name}`}
          onMore={() => toast('More')}
        />
      </Panel>
      <div class="columns">
        <Panel title="No rows" flush>
          <Table {...common} label="No rows" rows={[]} />
        </Panel>
        <Panel title="Rows that cannot be had" flush>
          <Table
            {...common}
            label="Rows that cannot be had"
            rows={undefined}
            error={error}
            onRetry={() => toast('Again', 'bad')}
          />
        </Panel>
        <Panel title="Rows that are awaited" flush>
          <Table {...common} label="Rows that are awaited" rows={undefined} />
        </Panel>
      </div>
    </>
  );
}

const BEFORE = { model: 'a', stream: true, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5, stop: null };
const AFTER = { ...BEFORE, model: 'b', max_tokens: 10, temperature: 0.5 };

function Texts() {
  const tab = useSignal<'json' | 'text' | 'diff'>('json');
  const tabs = [
    { name: 'json', text: 'JSON' },
    { name: 'text', text: 'Text' },
    { name: 'diff', text: 'What differs' },
  ] as const;
  return (
    <Panel title="Texts" actions={<Copy text="copied">Copy this</Copy>}>
      <Tabs label="Forms" tabs={tabs} selected={tab.value} onSelect={(name) => (tab.value = name)}>
        {tab.value === 'json' && (
          <Code label="A request" value={{ ...AFTER, deep: { deeper: { deepest: { of: [1, 2, {}] } } } }} />
        )}
        {tab.value === 'text' && <Code label="A command" text={'curl http://localhost:8765/health\n<b>not bold</b>'} />}
        {tab.value === 'diff' && <JsonDiff label="What differs" before={BEFORE} after={AFTER} />}
      </Tabs>
    </Panel>
  );
}

function Dialogs() {
  const isOpen = useSignal(false);
  const isRefused = useSignal(true);
  const run = async () => {
    await Promise.resolve();
    if (!isRefused.value) return { ok: true, value: undefined } as const;
    isRefused.value = false;
    return { ok: false, error: { status: 409, code: 'in_use', message: 'It is in use. Ask again.' } } as const;
  };
  return (
    <Panel title="Dialogs">
      <Button kind="danger" icon="trash" onClick={() => (isOpen.value = true)}>
        Remove it
      </Button>
      {isOpen.value && (
        <Confirm title="Remove it?" action="Remove" danger run={run} onClose={() => (isOpen.value = false)}>
          <p>What uses it will fail.</p>
        </Confirm>
      )}
    </Panel>
  );
}

startRouter();
startKeys(new Map());
const app = document.querySelector('#app');
if (app !== null) render(<Gallery />, app);
