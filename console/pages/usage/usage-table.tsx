import { useSignal } from '@preact/signals';
import { moneyText, numberText, percentText } from '../../lib/format.ts';
import { usdOfNano } from '../../lib/money.ts';
import { sortedRows } from '../../parts/sorting.ts';
import { Table, type Column } from '../../parts/table.tsx';
import { Change } from '../../parts/stat.tsx';
import type { UsageNow } from './usage-data.ts';
import { drillHref, nameText, requestsHref } from './usage-names.ts';
import { sumsOf, valueOf, type Sums, type UsageRow } from './usage-rows.ts';
import { groups, state, type Dimension } from './usage-state.ts';
import { words } from './words.ts';

/** So many rows at first; more are asked for. */
const SHOWN = 100;

interface UsageTableProps {
  readonly usage: UsageNow;
  readonly rows: readonly UsageRow[];
}

/** The numbers of the chart: each leads to the requests that it is made of, and the last row is what all come to. */
export function UsageTable({ usage, rows }: UsageTableProps) {
  const shown = useSignal(SHOWN);
  const all = columns(usage);
  const sorted = sortedRows(rows, all, state.sort.value);
  return (
    <Table
      label={words.value.table}
      columns={all}
      rows={sorted.slice(0, shown.value)}
      rowKey={({ key }) => key}
      sort={state.sort}
      onMore={sorted.length > shown.value ? () => (shown.value += SHOWN) : undefined}
    />
  );
}

function columns(usage: UsageNow): readonly Column<UsageRow>[] {
  const w = words.value;
  const dimensions = groups();
  const total = sumsOf(usage.now.total);
  const before = sumsOf(usage.before.total);
  const measure = state.measure.value;
  const { from, to } = usage.now;
  const link = (row: UsageRow, more: Readonly<Record<string, string>> = {}) =>
    requestsHref(dimensions, row.names, { from, to, ...more });
  const title = dimensions.length === 0 ? w.total : dimensions.map((each) => w.dimensions[each]).join(' · ');
  return [
    {
      name: 'name',
      title,
      foot: w.total,
      sortValue: ({ names }) => nameText(names),
      cell: (row) => <Name row={row} dimensions={dimensions} />,
    },
    counted('requests', w.requests, total, (row) => link(row)),
    counted('failed', w.failed, total, (row) => link(row, { status: 'error' })),
    { ...counted('input', w.input, total), isExtra: true },
    { ...counted('cached', w.cached, total), isExtra: true },
    { ...counted('output', w.output, total), isExtra: true },
    { ...counted('tokens', w.tokens, total), isExtra: true },
    {
      name: 'cost',
      title: w.cost,
      isNumber: true,
      foot: <Cost sums={total} href={undefined} />,
      sortValue: ({ sums }) => sums.nanoUsd,
      cell: (row) => <Cost sums={row.sums} href={link(row)} />,
    },
    {
      name: 'share',
      title: w.share,
      isNumber: true,
      isExtra: true,
      cell: ({ sums }) => shareOf(valueOf(sums, measure), valueOf(total, measure)),
    },
    {
      name: 'change',
      title: w.change,
      isNumber: true,
      isExtra: true,
      foot: <Changed now={valueOf(total, measure)} before={valueOf(before, measure)} />,
      sortValue: (row) => valueOf(row.sums, measure) - (row.before === undefined ? 0 : valueOf(row.before, measure)),
      cell: (row) => (
        <Changed
          now={valueOf(row.sums, measure)}
          before={row.before === undefined ? 0 : valueOf(row.before, measure)}
        />
      ),
    },
  ];
}

function counted(
  name: Exclude<keyof Sums, 'nanoUsd'>,
  title: string,
  total: Sums,
  hrefOf: (row: UsageRow) => string | undefined = () => undefined,
): Column<UsageRow> {
  return {
    name,
    title,
    isNumber: true,
    foot: numberText(total[name]),
    sortValue: ({ sums }) => sums[name],
    cell: (row) => <Count value={row.sums[name]} href={hrefOf(row)} />,
  };
}

function Count({ value, href }: { readonly value: number; readonly href: string | undefined }) {
  if (value === 0) return <span class="nothing">{numberText(0)}</span>;
  return href === undefined ? <>{numberText(value)}</> : <a href={href}>{numberText(value)}</a>;
}

/** To the cent at least, all digits in the title. */
function Cost({ sums, href }: { readonly sums: Sums; readonly href: string | undefined }) {
  const usd = usdOfNano(sums.nanoUsd);
  const text = <span title={`${usd} USD`}>{moneyText(usd)}</span>;
  return href === undefined ? text : <a href={href}>{text}</a>;
}

function Name({ row, dimensions }: { readonly row: UsageRow; readonly dimensions: readonly Dimension[] }) {
  const text = nameText(row.names);
  const href = drillHref(dimensions, row.names);
  const name = (
    <span class="usage-names" title={text}>
      {text}
    </span>
  );
  return href === undefined ? (
    name
  ) : (
    <a href={href} title={words.value.drill(text)}>
      {name}
    </a>
  );
}

function Changed({ now, before }: { readonly now: number; readonly before: number }) {
  if (before === 0) return <span class="nothing">{now === 0 ? '–' : words.value.isNew}</span>;
  return <Change now={now} before={before} />;
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? '–' : percentText(part / whole);
}
