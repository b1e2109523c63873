import type { ExplainedLimitJson } from '../../src/admin/routing/explain-schema.ts';
import { call, type ApiError } from '../lib/api.ts';
import { moneyText, numberText } from '../lib/format.ts';
import { useResource } from '../lib/resource.ts';
import { words } from '../words/accounts.ts';
import { Time } from './figures.tsx';
import { Meter } from './meter.tsx';
import { Empty } from './notice.tsx';
import { Table, type Column } from './table.tsx';

/** Every limit that a request of a key would meet now, the nearest first. */
export function LimitTable({ label, limits, error, empty }: LimitTableProps) {
  return (
    <Table
      label={label}
      columns={columns()}
      rows={limits}
      rowKey={({ limit, key, per }) => `${limit} ${key} ${per}`}
      error={error}
      empty={<Empty title={empty} />}
    />
  );
}

interface LimitTableProps {
  readonly label: string;
  readonly limits: readonly ExplainedLimitJson[] | undefined;
  readonly error?: ApiError | undefined;
  readonly empty: string;
}

/** Asks which limits a request would meet. */
export function useLimits(whose: { readonly key_id: string } | { readonly caller: string }, model: string | undefined) {
  return useResource<{ readonly limits: readonly ExplainedLimitJson[] }>(
    `limits ${JSON.stringify(whose)} ${model}`,
    (signal) =>
      model === undefined
        ? Promise.resolve({ ok: true, value: { limits: [] } })
        : call('POST', '/admin/explain', { body: { ...whose, model }, signal }),
    { pollMs: 10_000 },
  );
}

function columns(): readonly Column<ExplainedLimitJson>[] {
  const w = words.value;
  return [
    { name: 'limit', title: w.limit, cell: ({ limit }) => limit.replaceAll('`', '') },
    {
      name: 'used',
      title: w.used,
      cell: (limit) => (
        <Meter
          label={limit.limit.replaceAll('`', '')}
          share={limit.used}
          text={w.leftOf(amountText(limit, limit.left), amountText(limit, limit.most))}
          tone={limit.refuses || limit.used >= 1 ? 'bad' : limit.used >= 0.8 ? 'warn' : 'plain'}
        />
      ),
    },
    {
      name: 'resets',
      title: w.resets,
      isExtra: true,
      // Buckets of seconds and minutes are full again before one has read it.
      cell: ({ resets_at: at, kind }) => (kind === 'budget' ? <Time at={at} form="moment" /> : null),
    },
    {
      name: 'key',
      title: w.place,
      isExtra: true,
      cell: ({ key, kind }) => (kind === 'budget' ? null : <code>{key}</code>),
    },
  ];
}

function amountText({ unit }: ExplainedLimitJson, amount: string): string {
  return unit === 'usd' ? moneyText(amount) : numberText(Number(amount));
}
