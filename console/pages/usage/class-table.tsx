import { numberText, percentText } from '../../lib/format.ts';
import { Change } from '../../parts/stat.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import type { UsageNow } from './usage-data.ts';
import { words } from './words.ts';

interface Row {
  readonly field: string;
  readonly name: string;
  readonly tokens: number;
  readonly before: number;
}

/** Tokens by class. Classes do not overlap: their sum is all tokens. */
export function ClassTable({ usage: { now, before } }: { readonly usage: UsageNow }) {
  const w = words.value;
  const rows = Object.entries(w.classes).flatMap(([field, name]): readonly Row[] => {
    const row = { field, name, tokens: tokensOf(now.total, field), before: tokensOf(before.total, field) };
    return row.tokens + row.before > 0 ? [row] : [];
  });
  const all = now.total.total_tokens;
  const columns: readonly Column<Row>[] = [
    { name: 'name', title: w.dimensions.class, foot: w.total, cell: ({ name }) => name },
    {
      name: 'tokens',
      title: w.tokens,
      isNumber: true,
      foot: numberText(all),
      cell: ({ tokens }) => numberText(tokens),
    },
    {
      name: 'share',
      title: w.share,
      isNumber: true,
      cell: ({ tokens }) => (all === 0 ? '–' : percentText(tokens / all)),
    },
    {
      name: 'change',
      title: w.change,
      isNumber: true,
      cell: (row) =>
        row.before === 0 ? <span class="nothing">{w.isNew}</span> : <Change now={row.tokens} before={row.before} />,
    },
  ];
  return <Table label={w.table} columns={columns} rows={rows} rowKey={({ field }) => field} />;
}

function tokensOf(sums: UsageNow['now']['total'], field: string): number {
  return Number(Reflect.get(sums, field) ?? 0);
}
