import type { Me } from '../../lib/accounts.ts';
import { get } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { BudgetTable } from '../../parts/budget-table.tsx';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { KeyFacts } from './key-facts.tsx';
import { KeyStateBadge } from './key-state.tsx';
import { words } from './words.ts';

/** What who is signed in with a key may know of it. */
export function OwnKey() {
  const w = words.value;
  const me = useResource('me', (signal) => get<Me>('/admin/me', { signal }), { pollMs: 15_000 });
  const { value } = me.value;
  const error = me.error.value;
  const actions = (
    <>
      <a class="button" href="/console/usage">
        {w.usage}
      </a>
      <a class="button" href="/console/connect">
        {w.connect}
      </a>
    </>
  );
  return (
    <Page title={value?.key?.name ?? w.myKey} actions={actions}>
      {error && <ErrorNotice error={error} onRetry={me.reload} />}
      {value === undefined && error === undefined && <Skeleton />}
      {value?.key === null && (
        <Notice icon="info" title={w.myKey}>
          <p>{w.sharedKey}</p>
        </Notice>
      )}
      {value?.key && (
        <>
          <div class="row">
            <KeyStateBadge apiKey={value.key} />
            <span class="nothing">{w.mine}</span>
          </div>
          <Panel title={accounts.value.budgets} flush>
            <BudgetTable label={accounts.value.budgets} budgets={value.budgets} />
          </Panel>
          <Panel title={w.properties}>
            <KeyFacts apiKey={value.key} />
          </Panel>
        </>
      )}
    </Page>
  );
}
