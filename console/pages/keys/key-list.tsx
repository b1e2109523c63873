import { useBudgets, useKeys } from '../../lib/account-data.ts';
import { keyOwnerOf, usedShare, WITHOUT, type Budget, type Key } from '../../lib/accounts.ts';
import { hrefWith, urlChoice, urlField } from '../../lib/url-state.ts';
import { BudgetMeter } from '../../parts/budget-figures.tsx';
import { Money, Time } from '../../parts/figures.tsx';
import { Filters, type Filter } from '../../parts/filters.tsx';
import { Empty, Notice } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { words as common } from '../../words/words.ts';
import { usageIdOf, useKeyUses, type KeyUse } from './key-data.ts';
import { KeyStateBadge, keyStateOf } from './key-state.tsx';
import { RevokedKeys } from './revoked-keys.tsx';
import { words } from './words.ts';

const STATES = ['', 'active', 'expires', 'expired', 'disabled', 'revoked'] as const;

const search = urlField('search');
const team = urlField('team');
const state = urlChoice('state', STATES, '');
const sort = urlField('sort', 'name');

/** A key with what it did and what it may spend. */
interface Row {
  readonly key: Key;
  readonly use: KeyUse | undefined;
  /** Of its budgets the one that is the fullest. */
  readonly budget: Budget | undefined;
}

/** All keys, searched by name, owner and prefix. */
export function KeyList() {
  const w = words.value;
  const keys = useKeys();
  const uses = useKeyUses();
  const budgets = useBudgets();
  const all = keys.value.value;
  if (keys.error.value?.code === 'storage_not_configured')
    return (
      <Notice icon="info" title={accounts.value.noStore}>
        <p>{keys.error.value.message}</p>
      </Notice>
    );
  const byOwner = Map.groupBy(budgets.value.value ?? [], ({ owner }) => owner);
  const rows = all?.filter(isAsked).map((key): Row => {
    const own = byOwner.get(keyOwnerOf(key))?.toSorted((one, other) => usedShare(other) - usedShare(one));
    return { key, use: uses.value.value?.get(usageIdOf(key)), budget: own?.[0] };
  });
  return (
    <>
      <Filters filters={filtersOf(all ?? [])} />
      <Panel title={state.value === 'revoked' ? w.states.revoked : common.value.pages.keys} flush>
        {state.value === 'revoked' ? (
          <RevokedKeys search={search.value} team={team.value} />
        ) : (
          <Table
            label={common.value.pages.keys}
            columns={columns(uses.value.value !== undefined)}
            rows={rows}
            rowKey={({ key }) => key.id}
            hrefOf={({ key }) => `/console/keys/${encodeURIComponent(key.id)}`}
            sort={sort}
            error={keys.error.value}
            onRetry={keys.reload}
            empty={<NoKeys isFiltered={(all?.length ?? 0) > 0} />}
          />
        )}
      </Panel>
    </>
  );
}

function NoKeys({ isFiltered }: { readonly isFiltered: boolean }) {
  const w = words.value;
  return (
    <Empty title={isFiltered ? w.noneFound : w.none}>
      <p>{isFiltered ? w.noneFoundMore : w.noneMore}</p>
    </Empty>
  );
}

function isAsked(key: Key): boolean {
  const sought = search.value.toLowerCase();
  const texts = [key.name, key.owner, key.prefix, key.team];
  return (
    (team.value === '' || key.team === team.value) &&
    (state.value === '' || keyStateOf(key) === state.value) &&
    // A whole key that was pasted is found by how it begins.
    texts.some((each) => each !== undefined && (each.toLowerCase().includes(sought) || isKeyOf(sought, key)))
  );
}

function isKeyOf(sought: string, { prefix }: Key): boolean {
  return prefix !== undefined && sought.startsWith(prefix.toLowerCase());
}

function filtersOf(keys: readonly Key[]): readonly Filter[] {
  const w = words.value;
  const teams = [...new Set(keys.flatMap((key) => (key.team === undefined ? [] : [key.team])))].toSorted();
  const states = STATES.flatMap((each) => (each === '' ? [] : [[each, w.states[each]] as const]));
  return [
    { field: search, label: w.search, isSearch: true },
    { field: team, label: accounts.value.team, options: teams.map((each) => [each, each] as const) },
    { field: state, label: w.state, options: states },
  ];
}

function columns(areUsesKnown: boolean): readonly Column<Row>[] {
  const w = words.value;
  return [
    {
      name: 'name',
      title: accounts.value.name,
      sortValue: ({ key }) => key.name,
      cell: ({ key }) => <KeyName apiKey={key} />,
    },
    {
      name: 'state',
      title: w.state,
      sortValue: ({ key }) => keyStateOf(key),
      cell: ({ key }) => <KeyStateBadge apiKey={key} />,
    },
    {
      name: 'team',
      title: accounts.value.team,
      isExtra: true,
      sortValue: ({ key }) => key.team ?? null,
      cell: ({ key }) => <TeamLink name={key.team} />,
    },
    {
      name: 'owner',
      title: w.owner,
      isExtra: true,
      sortValue: ({ key }) => key.owner ?? null,
      cell: ({ key }) => key.owner ?? <span class="nothing">{'–'}</span>,
    },
    {
      name: 'spend',
      title: w.spend,
      isExtra: true,
      sortValue: ({ budget }) => (budget === undefined ? null : usedShare(budget)),
      cell: ({ budget }) =>
        budget === undefined ? <span class="nothing">{'–'}</span> : <BudgetMeter budget={budget} />,
    },
    {
      name: 'cost',
      title: w.cost30,
      isNumber: true,
      isExtra: true,
      sortValue: ({ use }) => (use === undefined ? null : Number(use.costUsd)),
      cell: ({ key, use }) =>
        use === undefined ? <span class="nothing">{'–'}</span> : <Cost apiKey={key} use={use} />,
    },
    {
      name: 'last',
      title: w.lastUsed,
      sortValue: ({ use }) => use?.lastDay ?? null,
      cell: ({ use }) => (areUsesKnown ? <LastUsed use={use} /> : <span class="nothing">{'–'}</span>),
    },
  ];
}

function KeyName({ apiKey: { name, source } }: { readonly apiKey: Key }) {
  return (
    <>
      {name}
      {source === 'config' && <span class="nothing">{` ${words.value.configured}`}</span>}
    </>
  );
}

function TeamLink({ name }: { readonly name: string | undefined }) {
  if (name === undefined) return <span class="nothing">{'–'}</span>;
  return <a href={`/console/teams/${encodeURIComponent(name)}`}>{name}</a>;
}

function Cost({ apiKey: { name, team: of = WITHOUT }, use }: { readonly apiKey: Key; readonly use: KeyUse }) {
  const href = hrefWith('/console/usage', { caller: name, team: of, by: 'model', window: '30d' });
  return (
    <a href={href}>
      <Money usd={use.costUsd} />
    </a>
  );
}

/** The day, for that is what sums by day know. */
function LastUsed({ use }: { readonly use: KeyUse | undefined }) {
  if (use === undefined) return <span class="nothing">{words.value.notUsed}</span>;
  return <Time at={use.lastDay} form="day" />;
}
