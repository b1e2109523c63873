import { useAliases, useBudgets } from '../../lib/account-data.ts';
import { getAll, keyOwnerOf, mayManage, type Key } from '../../lib/accounts.ts';
import { get, type Answer } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { BudgetTable } from '../../parts/budget-table.tsx';
import { LimitTable, useLimits } from '../../parts/limit-table.tsx';
import { Empty, ErrorNotice, Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { hrefWith } from '../../lib/url-state.ts';
import { words as accounts } from '../../words/accounts.ts';
import { KeyActions } from './key-actions.tsx';
import { KeyAudit } from './key-audit.tsx';
import { usageIdOf, useKeyUses } from './key-data.ts';
import { KeyFacts } from './key-facts.tsx';
import { KeyStateBadge } from './key-state.tsx';
import { KeyUsage } from './key-usage.tsx';
import { words } from './words.ts';

/** One key: how it is, what it did, what it may still do, and who has changed it. */
export function KeyDetail({ id }: { readonly id: string }) {
  const w = words.value;
  const found = useResource(`key ${id}`, (signal) => keyOf(id, signal), { pollMs: 15_000 });
  const uses = useKeyUses();
  const { value: key } = found.value;
  const error = found.error.value;
  if (error?.status === 404) return <Gone id={id} />;
  if (key === undefined)
    return <Page title={w.all}>{error ? <ErrorNotice error={error} onRetry={found.reload} /> : <Skeleton />}</Page>;
  const isStored = key.source === 'store';
  const use = uses.value.value?.get(usageIdOf(key));
  return (
    <Page
      title={key.name}
      actions={
        <>
          <a class="button" href={hrefWith('/console/connect', { key: key.id })}>
            {w.connect}
          </a>
          {isStored && mayManage() && <KeyActions apiKey={key} use={use} onChange={found.reload} />}
        </>
      }
    >
      <div class="row">
        <a href="/console/keys">{w.all}</a>
        <KeyStateBadge apiKey={key} />
      </div>
      {!isStored && (
        <Notice icon="info" title={accounts.value.inConfig}>
          <p>{accounts.value.inConfigMore('keys')}</p>
        </Notice>
      )}
      {error && <ErrorNotice error={error} onRetry={found.reload} />}
      <KeyUsage apiKey={key} />
      <KeyParts apiKey={key} />
    </Page>
  );
}

function KeyParts({ apiKey: key }: { readonly apiKey: Key }) {
  const w = words.value;
  const budgets = useBudgets(keyOwnerOf(key));
  const aliases = useAliases();
  const model = key.models.find((each) => !each.endsWith('*')) ?? aliases.find((each) => isAllowed(key, each));
  const place = key.team === undefined ? key.name : `${key.team}/${key.name}`;
  const limits = useLimits(key.source === 'store' ? { key_id: key.id } : { caller: place }, model);
  return (
    <>
      <Panel title={accounts.value.budgets} flush>
        <BudgetTable
          label={accounts.value.budgets}
          budgets={budgets.value.value}
          error={budgets.error.value}
          onRetry={budgets.reload}
        />
      </Panel>
      {/* Who runs teams alone may not ask this. */}
      {limits.error.value?.status !== 403 && (
        <Panel title={w.limitsNow} flush>
          <p class="panel-lead">{w.limitsMore}</p>
          <LimitTable
            label={w.limitsNow}
            limits={limits.value.value?.limits}
            error={limits.error.value}
            empty={w.noLimits}
          />
        </Panel>
      )}
      <Panel title={w.properties}>
        <KeyFacts apiKey={key} />
      </Panel>
      {key.source === 'store' && <KeyAudit id={key.id} />}
    </>
  );
}

function isAllowed({ models }: Key, alias: string): boolean {
  return models.some((each) => each === alias || (each.endsWith('*') && alias.startsWith(each.slice(0, -1))));
}

/** A key of the config has no address of its own: it is found in the list. */
async function keyOf(id: string, signal: AbortSignal): Promise<Answer<Key>> {
  if (!id.startsWith('config:')) return await get<Key>(`/admin/keys/${encodeURIComponent(id)}`, { signal });
  const all = await getAll<Key>('/admin/keys', signal);
  if (!all.ok) return all;
  const key = all.value.find((each) => each.id === id);
  const { gone: message } = words.value;
  return key === undefined
    ? { ok: false, error: { status: 404, code: 'not_found', message } }
    : { ok: true, value: key };
}

function Gone({ id }: { readonly id: string }) {
  const w = words.value;
  return (
    <Page title={w.gone}>
      <Empty title={w.gone}>
        <p>{w.goneMore}</p>
        <a href={hrefWith('/console/requests', { key_id: id })}>{w.requests}</a>
        <a href="/console/keys?state=revoked">{w.states.revoked}</a>
        <a href="/console/keys">{w.all}</a>
      </Empty>
      <KeyAudit id={id} />
    </Page>
  );
}
