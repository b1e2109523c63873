import { useSignal } from '@preact/signals';
import { useBudgets, useTeams } from '../../lib/account-data.ts';
import { ifMatch, mayManage, type Team } from '../../lib/accounts.ts';
import { call } from '../../lib/api.ts';
import { go } from '../../lib/router.ts';
import { toast } from '../../lib/toasts.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { BudgetTable } from '../../parts/budget-table.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Empty, ErrorNotice, Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { numberText } from '../../lib/format.ts';
import { EditTeam, NewTeam } from './team-form.tsx';
import { TeamTable } from './team-table.tsx';
import { lineageOf, namesBelow } from './team-tree.ts';
import { words } from './words.ts';

/** One team: what counts for its keys, its own and of all teams above it, and what is left of that. */
export function TeamDetail({ name }: { readonly name: string }) {
  const w = words.value;
  const teams = useTeams();
  const budgets = useBudgets();
  const { value: all } = teams.value;
  const error = teams.error.value;
  if (all === undefined)
    return <Page title={name}>{error ? <ErrorNotice error={error} onRetry={teams.reload} /> : <Skeleton />}</Page>;
  const lineage = lineageOf(name, all);
  const [team] = lineage;
  if (team === undefined)
    return (
      <Page title={w.gone}>
        <Empty title={w.gone}>
          <a href="/console/teams">{w.allTeams}</a>
        </Empty>
      </Page>
    );
  const owners = new Set(lineage.map((each) => `team:${each.name}`));
  const below = namesBelow(name, all);
  return (
    <Page title={name} actions={<TeamActions team={team} names={below} onChange={teams.reload} />}>
      <p class="row">
        <a href="/console/teams">{w.allTeams}</a>
        {typeof team['label'] === 'string' && <span class="nothing">{team['label']}</span>}
      </p>
      {team.source === 'config' && (
        <Notice icon="info" title={accounts.value.inConfig}>
          <p>{accounts.value.inConfigMore('teams')}</p>
        </Notice>
      )}
      <Panel title={w.budgetsOf} flush>
        <BudgetTable
          label={w.budgetsOf}
          budgets={budgets.value.value?.filter(({ owner }) => owners.has(owner))}
          error={budgets.error.value}
          onRetry={budgets.reload}
        />
      </Panel>
      <Panel title={w.effective} flush>
        <p class="panel-lead">{w.effectiveMore}</p>
        <Table label={w.effective} columns={columns()} rows={lineage} rowKey={(each) => each.name} />
      </Panel>
      {below.length > 1 && (
        <Panel title={w.children} flush>
          <TeamTable below={name} />
        </Panel>
      )}
    </Page>
  );
}

function columns(): readonly Column<Team>[] {
  const w = words.value;
  const a = accounts.value;
  const number = (value: number | undefined) =>
    value === undefined ? <span class="nothing">{'–'}</span> : numberText(value);
  return [
    {
      name: 'name',
      title: w.name,
      cell: ({ name }) => <a href={`/console/teams/${encodeURIComponent(name)}`}>{name}</a>,
    },
    { name: 'rps', title: a.rps, isNumber: true, cell: ({ rps }) => number(rps) },
    { name: 'rpm', title: a.rpm, isNumber: true, cell: ({ rpm }) => number(rpm) },
    { name: 'tpm', title: a.tpm, isNumber: true, cell: ({ tpm }) => number(tpm) },
    { name: 'concurrency', title: a.maxConcurrency, isNumber: true, cell: (team) => number(team.max_concurrency) },
    {
      name: 'models',
      title: a.models,
      isExtra: true,
      cell: ({ models, parent }) => models?.join(', ') ?? (parent === undefined ? w.anyModel : w.asParent),
    },
  ];
}

interface TeamActionsProps {
  readonly team: Team;
  /** Its name, and those of all teams below it. */
  readonly names: readonly string[];
  readonly onChange: () => void;
}

function TeamActions({ team, names, onChange }: TeamActionsProps) {
  const w = words.value;
  const open = useSignal<'edit' | 'below' | 'remove' | undefined>(undefined);
  const close = (): void => {
    open.value = undefined;
  };
  const isOwn = team.source === 'store' && mayManage();
  return (
    <>
      <a class="button" href={hrefWith('/console/usage', { team: names.join(','), by: 'caller', window: '30d' })}>
        {w.usage}
      </a>
      <a class="button" href={hrefWith('/console/keys', { team: team.name })}>
        {w.itsKeys}
      </a>
      {mayManage() && (
        <Button icon="plus" onClick={() => (open.value = 'below')}>
          {w.newTeam}
        </Button>
      )}
      {isOwn && <Button onClick={() => (open.value = 'edit')}>{w.edit}</Button>}
      {isOwn && (
        <Button icon="trash" kind="danger" onClick={() => (open.value = 'remove')}>
          {w.remove}
        </Button>
      )}
      {open.value === 'below' && <NewTeam parent={team.name} onClose={close} />}
      {open.value === 'edit' && (
        <EditTeam
          team={team}
          onDone={() => {
            close();
            onChange();
          }}
          onClose={close}
        />
      )}
      {open.value === 'remove' && <RemoveTeam team={team} onClose={close} />}
    </>
  );
}

function RemoveTeam({ team, onClose }: { readonly team: Team; readonly onClose: () => void }) {
  const w = words.value;
  return (
    <Confirm
      title={w.removeTitle(team.name)}
      action={w.remove}
      danger
      run={async () => {
        const answer = await call('DELETE', `/admin/teams/${team.name}`, { headers: ifMatch(team.version) });
        if (!answer.ok) return answer;
        toast(w.removed(team.name));
        go('/console/teams', { replace: true });
        return answer;
      }}
      onClose={onClose}
    >
      <p>{w.removeMore}</p>
    </Confirm>
  );
}
