import type { z } from 'zod';
import type { auditEntry, auditPage } from '../../../src/admin/audit-operations.ts';
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
import { ChainState } from './chain-state.tsx';
import { EntryDialog } from './entry-dialog.tsx';
import { words } from './words.ts';
import './audit.css';

export type Entry = z.output<typeof auditEntry>;
type EntryPage = z.output<typeof auditPage>;

const actor = urlField('actor');
const action = urlField('action');
const target = urlField('target');
const from = urlField('from');
const entry = urlField('entry');

/** Who changed what, when, and from where. */
export function AuditPage() {
  const w = words.value;
  const query = { actor: actor.value, action: action.value, target: target.value, from: from.value, limit: 50 };
  const entries = usePages<Entry>(JSON.stringify(query), (cursor, signal) =>
    get<EntryPage>('/admin/audit', { query: { ...query, cursor }, signal }),
  );
  const isWithoutStore = entries.error.value?.code === 'storage_not_configured';
  const shown = entries.rows.value?.find(({ id }) => id === entry.value);
  return (
    <Page title={common.value.pages.audit} actions={isWithoutStore ? undefined : <ChainState />}>
      <Filters filters={filters()} />
      <Panel title={w.log} flush>
        {isWithoutStore ? (
          <Empty title={w.noStore}>
            <p>{entries.error.value?.message}</p>
          </Empty>
        ) : (
          <Table
            label={w.log}
            columns={columns()}
            rows={entries.rows.value}
            rowKey={({ id }) => id}
            error={entries.error.value}
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

/** An action in words, or by its name where it is a new one. */
export function Action({ name }: { readonly name: string }) {
  const text = words.value.actions[name];
  return text === undefined ? <code>{name}</code> : <span title={name}>{text}</span>;
}
