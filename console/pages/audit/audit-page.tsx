import type { z } from 'zod';
import type { auditPage } from '../../../src/admin/audit-operations.ts';
import { get } from '../../lib/api.ts';
import { usePages } from '../../lib/use-pages.ts';
import { hrefWith, setQuery, urlField } from '../../lib/url-state.ts';
import { query as place } from '../../lib/router.ts';
import { Time } from '../../parts/figures.tsx';
import { Filters, type Filter } from '../../parts/filters.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words as common } from '../../words/words.ts';
import { Action, type Entry } from './entry.tsx';
import { ChainState } from './chain-state.tsx';
import { EntryDialog } from './entry-dialog.tsx';
import { words } from './words.ts';
import './audit.css';

type EntryPage = z.output<typeof auditPage>;

const actor = urlField('actor');
const action = urlField('action');
const target = urlField('target');
const from = urlField('from');
const entry = urlField('entry');

const NO_STORE = 'storage_not_configured';

/** Who changed what, when, and from where. */
export function AuditPage() {
  const w = words.value;
  const query = { actor: actor.value, action: action.value, target: target.value, from: from.value, limit: 50 };
  const entries = usePages<Entry>(JSON.stringify(query), (cursor, signal) =>
    get<EntryPage>('/admin/audit', { query: { ...query, cursor }, signal }),
  );
  const error = entries.error.value;
  const shown = entries.rows.value?.find(({ id }) => id === entry.value);
  return (
    <Page title={common.value.pages.audit} actions={error?.code === NO_STORE ? undefined : <ChainState />}>
      <Filters filters={filters()} />
      <Panel title={w.log} flush>
        {error?.code === NO_STORE ? (
          <Empty title={w.noStore}>
            <p>{error.message}</p>
          </Empty>
        ) : (
          <Table
            label={w.log}
            columns={columns()}
            rows={entries.rows.value}
            rowKey={({ id }) => id}
            error={error}
            onRetry={entries.reload}
            hrefOf={({ id }) => hrefWith('/console/audit', { ...Object.fromEntries(place.value), entry: id })}
            onMore={entries.more.value}
            isLoading={entries.loading.value}
            empty={
              <Empty title={w.empty}>
                <p>{w.emptyMore}</p>
              </Empty>
            }
          />
        )}
      </Panel>
      {shown && <EntryDialog entry={shown} onClose={() => setQuery({ entry: undefined })} />}
    </Page>
  );
}

function filters(): readonly Filter[] {
  const w = words.value;
  const times = Object.entries(w.times);
  return [
    { field: actor, label: w.actor, isSearch: true },
    { field: action, label: w.action, options: Object.entries(w.actions) },
    { field: target, label: w.target },
    { field: from, label: w.since, options: times },
  ];
}

function columns(): readonly Column<Entry>[] {
  const w = words.value;
  return [
    { name: 'time', title: w.time, cell: ({ at }) => <Time at={at} /> },
    { name: 'actor', title: w.actor, cell: (row) => row.actor },
    { name: 'action', title: w.action, cell: (row) => <Action name={row.action} /> },
    { name: 'target', title: w.target, cell: (row) => <span class="audit-target">{row.target || '–'}</span> },
    { name: 'from', title: w.address, isExtra: true, cell: (row) => row.client_ip ?? '–' },
  ];
}
