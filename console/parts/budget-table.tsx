import { budgetState, usedShare, WITHOUT, type Budget } from '../lib/accounts.ts';
import type { ApiError } from '../lib/api.ts';
import { hrefWith } from '../lib/url-state.ts';
import { words } from '../words/accounts.ts';
import { Alerts, BudgetBadge, BudgetMeter, Held } from './budget-figures.tsx';
import { Time } from './figures.tsx';
import { Empty } from './notice.tsx';
import { Table, type Column } from './table.tsx';
import type { Sort } from './sorting.ts';

/** Budgets, those that are used up first. */
export function BudgetTable({ label, budgets, error, onRetry, sort, empty }: BudgetTableProps) {
  return (
    <Table
      label={label}
      columns={columns()}
      rows={budgets?.toSorted((one, other) => usedShare(other) - usedShare(one))}
      rowKey={({ id }) => id}
      error={error}
      {...(onRetry && { onRetry })}
      {...(sort && { sort })}
      empty={<Empty title={empty ?? words.value.noBudgets} />}
    />
  );
}

interface BudgetTableProps {
  readonly label: string;
  readonly budgets: readonly Budget[] | undefined;
  readonly error?: ApiError | undefined;
  readonly onRetry?: () => void;
  readonly sort?: Sort;
  readonly empty?: string;
}

function columns(): readonly Column<Budget>[] {
  const w = words.value;
  return [
    { name: 'name', title: w.budget, sortValue: ({ name }) => name, cell: (budget) => <BudgetName budget={budget} /> },
    {
      name: 'state',
      title: w.state,
      sortValue: (budget) => ['over', 'near', 'within'].indexOf(budgetState(budget)),
      cell: (budget) => <BudgetBadge budget={budget} />,
    },
    {
      name: 'used',
      title: w.used,
      sortValue: usedShare,
      cell: (budget) => (
        <>
          <a class="plain-link" href={usageOf(budget)} title={w.who}>
            <BudgetMeter budget={budget} />
          </a>
          <Held budget={budget} />
        </>
      ),
    },
    {
      name: 'mode',
      title: w.mode,
      isExtra: true,
      cell: ({ mode }) => <span title={w.modes[mode]}>{w.modesShort[mode]}</span>,
    },
    {
      name: 'resets',
      title: w.resets,
      isExtra: true,
      sortValue: ({ resets_at: at }) => at,
      cell: (budget) => <Resets budget={budget} />,
    },
    { name: 'alerts', title: w.alerts, isExtra: true, cell: (budget) => <Alerts budget={budget} /> },
  ];
}

/** When it resets, and how long its windows are. */
function Resets({ budget: { resets_at: at, per, zone } }: { readonly budget: Budget }) {
  const { never, windows } = words.value;
  return (
    <>
      {at === null ? never : <Time at={at} form="moment" />}{' '}
      <span class="nothing" title={zone}>
        {windows[per]}
      </span>
    </>
  );
}

/** Whose it is, which leads there, and what it is called. */
function BudgetName({ budget: { owner, name } }: { readonly budget: Budget }) {
  const w = words.value;
  const [, kind = '', whose = '', own] = /^(\w+):?(.*)\/([^/]+)$/.exec(name) ?? [];
  const href = hrefOf(owner);
  const kinds: Readonly<Record<string, string>> = { key: w.ofKey, team: w.ofTeam, model: w.ofModel, all: w.everybody };
  return (
    <span class="wraps">
      <span class="nothing">{kinds[kind] ?? kind}</span> {href === undefined ? whose : <a href={href}>{whose}</a>}{' '}
      <span class="nothing">{own}</span>
    </span>
  );
}

function hrefOf(owner: string): string | undefined {
  const [, kind, name = ''] = /^(\w+):(.*)$/.exec(owner) ?? [];
  if (kind === 'team') return `/console/teams/${encodeURIComponent(name)}`;
  // Ids of keys that were made have no slash and are UUIDs; those of the config are names.
  if (kind === 'key') return `/console/keys/${encodeURIComponent(isMadeId(name) ? name : `config:${name}`)}`;
  return undefined;
}

function isMadeId(id: string): boolean {
  return /^[\da-f]{8}-[\da-f-]{27}$/.test(id);
}

/** The usage that counts for a budget: of its owner, since its window began. */
function usageOf({ owner, name, window_start: from }: Budget): string {
  const [, kind, id = ''] = /^(\w+):(.*)$/.exec(owner) ?? [];
  const time = from === null ? { window: '90d' } : { window: 'custom', from: from.slice(0, 10) };
  if (kind === 'team') return hrefWith('/console/usage', { ...time, team: id, by: 'caller' });
  if (kind === 'model') return hrefWith('/console/usage', { ...time, alias: id, by: 'caller' });
  if (kind !== 'key') return hrefWith('/console/usage', { ...time, by: 'caller' });
  // `key:TEAM/NAME/BUDGET`: the name of a key has no slash.
  const place = name.slice('key:'.length, name.lastIndexOf('/'));
  const end = place.lastIndexOf('/');
  const team = end === -1 ? WITHOUT : place.slice(0, end);
  return hrefWith('/console/usage', { ...time, caller: place.slice(end + 1), team, by: 'model' });
}
