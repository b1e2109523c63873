import { useSignal } from '@preact/signals';
import { call, get, type Answer } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { useResource } from '../../lib/resource.ts';
import { may, session } from '../../lib/session.ts';
import { toast } from '../../lib/toasts.ts';
import { urlChoice } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Page } from '../../parts/page.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { words as common } from '../../words/words.ts';
import { Draft } from './draft.tsx';
import { InForce, type ConfigAnswer } from './in-force.tsx';
import { Reloads, type ReloadList } from './reloads.tsx';
import { words } from './words.ts';
import './config.css';

const TABS = ['force', 'reloads', 'draft'] as const;
const tab = urlChoice('tab', TABS, 'force');
const POLL_MS = 10_000;

/** The config in force and where it comes from; what reloads did; and whether a draft would do. */
export function ConfigPage() {
  const w = words.value;
  const isAsked = useSignal(false);
  const config = useResource('config', (signal) => get<ConfigAnswer>('/admin/config', { signal }), { pollMs: POLL_MS });
  const reloads = useResource('reloads', (signal) => get<ReloadList>('/admin/config/reloads', { signal }), {
    pollMs: POLL_MS,
  });
  const file = config.value.value?.file ?? null;
  const maySteer = may('operator') && session.value?.read_only !== true;
  const names = { force: w.inForce, reloads: w.reloads, draft: w.draft };
  const shown = TABS.filter((name) => name !== 'draft' || may('operator'));
  return (
    <Page
      title={common.value.pages.config}
      actions={
        maySteer &&
        file !== null && (
          <Button icon="retry" onClick={() => (isAsked.value = true)}>
            {w.reload}
          </Button>
        )
      }
    >
      <Tabs
        label={w.tabs}
        tabs={shown.map((name) => ({ name, text: names[name] }))}
        selected={tab.value}
        onSelect={(name) => (tab.value = name)}
      >
        <div class="config-view">
          {tab.value === 'force' && <InForce config={config} />}
          {tab.value === 'reloads' && <Reloads reloads={reloads} />}
          {tab.value === 'draft' && may('operator') && <Draft />}
        </div>
      </Tabs>
      {isAsked.value && (
        <Confirm
          title={w.reloadTitle}
          action={w.reload}
          run={async () => {
            const answer = await reload();
            config.reload();
            reloads.reload();
            return answer;
          }}
          onClose={() => (isAsked.value = false)}
        >
          <p>{w.reloadMore(file ?? '')}</p>
        </Confirm>
      )}
    </Page>
  );
}

/** A file that is refused is an outcome, which the list of reloads tells of. */
async function reload(): Promise<Answer<unknown>> {
  const w = words.value;
  const answer = await call<{ readonly changes: readonly string[] }>('POST', '/admin/reload');
  if (answer.ok) toast(w.reloaded(w.changes(numberText(answer.value.changes.length))));
  else if (answer.error.status === 422) {
    tab.value = 'reloads';
    toast(w.refused, 'bad');
    return { ok: true, value: undefined };
  }
  return answer;
}
