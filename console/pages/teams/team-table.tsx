import { useBudgets, useKeys, useTeams } from '../../lib/account-data.ts';
import { usedShare, type Budget, type Team } from '../../lib/accounts.ts';
import type { Usage } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { sumUsd } from '../../lib/money.ts';
import { useResource } from '../../lib/resource.ts';
import { dimensionOf } from '../../lib/usage-group.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { BudgetMeter } from '../../parts/budget-figures.tsx';
import { Money } from '../../parts/figures.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty, Notice } from '../../parts/notice.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { limitsText } from './limits-text.ts';
import { namesBelow, treeOf, type TreeRow } from './team-tree.ts';
import { words } from './words.ts';

/** A team with what its keys did and what it may spend. */
interface Row extends TreeRow {
  readonly budget: Budget | undefined;
  readonly keys: number;
  readonly costUsd: string;
  readonly names: readonly string[];
}

/** The tree of teams; `below`: only those below one. */
export function TeamTable({ below }: { readonly below?: string }) {
  const w = words.value;
  const teams = useTeams();
  const keys = useKeys();
  const budgets = useBudgets();
  const usage = useResource(
    'team usage',
    (signal) => get<Usage>('/admin/usage', { query: { from: '30d', group_by: 'team', limit: 10_000 }, signal }),
    { pollMs: 60_000 },
  );
  const error = teams.error.value;
  if (error?.code === 'storage_not_configured')
    return (
      <Notice icon="info" title={accounts.value.noStore}>
        <p>{error.message}</p>
      </Notice>
    );
  const all = teams.value.value;
  const costs = new Map(usage.value.value?.data.map((group) => [dimensionOf(group, 'team'), group.cost_usd]));
  const byOwner = Map.groupBy(budgets.value.value ?? [], ({ owner }) => owner);
  const rows =
    all &&
    treeOf(shownOf(all, below)).map((row): Row => {
      const names = namesBelow(row.team.name, all);
      const own = byOwner.get(`team:${row.team.name}`)?.toSorted((one, other) => usedShare(other) - usedShare(one));
      return {
        ...row,
        names,
        budget: own?.[0],
        keys: (keys.value.value ?? []).filter(({ team }) => team === row.team.name).length,
        costUsd: sumUsd(names.map((name) => costs.get(name) ?? '0')),
      };
    });
  return (
    <Table
      label={w.teams}
      columns={columns()}
      rows={rows}
      rowKey={({ team }) => team.name}
      hrefOf={({ team }) => `/console/teams/${encodeURIComponent(team.name)}`}
      error={error}
      onRetry={teams.reload}
      empty={
        <Empty title={w.none}>
          <p>{w.noneMore}</p>
        </Empty>
      }
    />
  );
}

function shownOf(teams: readonly Team[], below: string | undefined): readonly Team[] {
  if (below === undefined) return teams;
  const names = new Set(namesBelow(below, teams).filter((name) => name !== below));
  return teams.filter(({ name }) => names.has(name));
}

function columns(): readonly Column<Row>[] {
  const w = words.value;
  return [
    { name: 'name', title: w.name, cell: ({ team, depth }) => <TeamName team={team} depth={depth} /> },
    {
      name: 'budget',
      title: w.budget,
      cell: ({ budget }) =>
        budget === undefined ? <span class="nothing">{'–'}</span> : <BudgetMeter budget={budget} />,
    },
    {
      name: 'cost',
      title: w.cost,
      isNumber: true,
      cell: ({ costUsd, names }) => (
        <a href={hrefWith('/console/usage', { team: names.join(','), by: 'caller', window: '30d' })} title={w.costHint}>
          <Money usd={costUsd} />
        </a>
      ),
    },
    {
      name: 'keys',
      title: w.keys,
      isNumber: true,
      isExtra: true,
      cell: ({ keys, team }) => <a href={hrefWith('/console/keys', { team: team.name })}>{numberText(keys)}</a>,
    },
    {
      name: 'limits',
      title: w.limits,
      isExtra: true,
      cell: ({ team }) => limitsText(team) ?? <span class="nothing">{'–'}</span>,
    },
  ];
}

function TeamName({ team: { name, label, source }, depth }: TreeRow) {
  return (
    <span class="team-name" style={{ '--depth': depth }}>
      <Icon name={depth === 0 ? 'teams' : 'right'} />
      {name}
      {typeof label === 'string' && <span class="nothing team-label">{label}</span>}
      {source === 'config' && <span class="nothing">{words.value.configured}</span>}
    </span>
  );
}
