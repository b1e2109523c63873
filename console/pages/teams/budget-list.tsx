import { useBudgets } from '../../lib/account-data.ts';
import { budgetState, type Budget } from '../../lib/accounts.ts';
import { urlChoice, urlField } from '../../lib/url-state.ts';
import { BudgetTable } from '../../parts/budget-table.tsx';
import { Filters } from '../../parts/filters.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { words } from './words.ts';

const STATES = ['over', 'near', 'within'] as const;
const KINDS = ['key', 'team', 'model', 'all'] as const;

const search = urlField('search');
const state = urlChoice('state', ['', ...STATES], '');
const kind = urlChoice('kind', ['', ...KINDS], '');
const sort = urlField('sort');

/** All budgets of keys, teams, models and of all requests, those that are used up first. */
export function BudgetList() {
  const w = words.value;
  const budgets = useBudgets();
  const all = budgets.value.value;
  return (
    <div class="page">
      <Filters
        filters={[
          { field: search, label: w.search, isSearch: true },
          { field: kind, label: w.kind, options: KINDS.map((each) => [each, w.kinds[each]] as const) },
          { field: state, label: w.state, options: STATES.map((each) => [each, accounts.value.states[each]] as const) },
        ]}
      />
      <Panel title={w.allBudgets} flush>
        {all?.length === 0 ? (
          <Empty title={w.noBudgets}>
            <p>{w.noBudgetsMore}</p>
          </Empty>
        ) : (
          <BudgetTable
            label={w.allBudgets}
            budgets={all?.filter(isAsked)}
            error={budgets.error.value}
            onRetry={budgets.reload}
            sort={sort}
          />
        )}
      </Panel>
    </div>
  );
}

function isAsked(budget: Budget): boolean {
  return (
    budget.name.toLowerCase().includes(search.value.toLowerCase()) &&
    (state.value === '' || budgetState(budget) === state.value) &&
    (kind.value === '' || kind.value === budget.owner.split(':')[0])
  );
}
