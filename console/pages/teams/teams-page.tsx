import type { PageProps } from '../../pages.ts';
import { useBudgets } from '../../lib/account-data.ts';
import { budgetState, mayManage } from '../../lib/accounts.ts';
import { numberText } from '../../lib/format.ts';
import { urlChoice, urlField } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { words as common } from '../../words/words.ts';
import { BudgetList } from './budget-list.tsx';
import { NewTeam } from './team-form.tsx';
import { TeamDetail } from './team-detail.tsx';
import { TeamTable } from './team-table.tsx';
import './teams.css';
import { words } from './words.ts';

const tab = urlChoice('tab', ['teams', 'budgets'], 'teams');
/** Whether the form of a new team is open: `?new=1`, to link to. */
const isNew = urlField('new');

/** Teams in their tree, and all budgets; or one team. */
export function TeamsPage({ rest }: PageProps) {
  const w = words.value;
  if (rest !== '') return <TeamDetail key={rest} name={rest} />;
  const action = mayManage() && (
    <Button icon="plus" kind="main" onClick={() => (isNew.value = '1')}>
      {w.newTeam}
    </Button>
  );
  return (
    <Page title={common.value.pages.teams} actions={action}>
      <OverBudget />
      <Tabs
        label={w.tabs}
        tabs={[
          { name: 'teams', text: w.teams },
          { name: 'budgets', text: w.allBudgets },
        ]}
        selected={tab.value}
        onSelect={(next) => (tab.value = next)}
      >
        {tab.value === 'teams' ? (
          <Panel title={w.teams} flush>
            <TeamTable />
          </Panel>
        ) : (
          <BudgetList />
        )}
      </Tabs>
      {isNew.value !== '' && mayManage() && <NewTeam parent="" onClose={() => (isNew.value = '')} />}
    </Page>
  );
}

/** Says first that something is used up. */
function OverBudget() {
  const w = words.value;
  const budgets = useBudgets().value.value ?? [];
  const states = budgets.map(budgetState);
  const over = states.filter((each) => each === 'over').length;
  const near = states.filter((each) => each === 'near').length;
  if (over + near === 0) return null;
  const texts = [...(over > 0 ? [w.over(numberText(over))] : []), ...(near > 0 ? [w.near(numberText(near))] : [])];
  return (
    <Notice icon="warning" tone={over > 0 ? 'bad' : 'warn'} title={texts.join(' · ')}>
      {tab.value !== 'budgets' && (
        // The link goes once it is followed: the focus must not go with it.
        <a href="/console/teams?tab=budgets" onClick={() => document.querySelector('main')?.focus()}>
          {w.show}
        </a>
      )}
    </Notice>
  );
}
