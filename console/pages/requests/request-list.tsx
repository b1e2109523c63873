import { useEffect } from 'preact/hooks';
import { hrefOf } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { useResource } from '../../lib/resource.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { zone } from '../../lib/zone.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table } from '../../parts/table.tsx';
import { words as common } from '../../words/words.ts';
import { requestColumns } from './columns.tsx';
import { cursorField, filterFields, filtersSet, requestHref, searchSet } from '../../lib/request-search.ts';
import { rememberBefore, rememberPage } from './list-memory.ts';
import { Paging } from './paging.tsx';
import { RequestFilters } from '../../parts/request-filters.tsx';
import { searchPage } from './search-page.ts';
import { TimeRange } from './time-range.tsx';
import { words } from './words.ts';

const PAGE_ROWS = 50;

/** Requests that have ended, the newest first: searched, paged, exported. All of it is in the address. */
export function RequestList() {
  const w = words.value;
  const search = searchSet();
  const cursor = cursorField.value;
  // Dates without a time begin in the zone that is shown.
  const query = { ...search, zone: zone.value, ...(cursor !== '' && { cursor }) };
  const key = JSON.stringify(query);
  const page = useResource(key, (signal) => searchPage(query, PAGE_ROWS, signal));
  const { value, error, loading } = page;
  const rows = value.value?.data;
  const next = value.value?.next ?? null;
  useEffect(() => {
    if (rows !== undefined && !loading.value) rememberPage(JSON.stringify(search), rows);
    if (next !== null && next !== cursor) rememberBefore(next, cursor);
  }, [rows, loading.value]);
  return (
    <Page title={common.value.pages.requests} actions={<Actions search={search} onRefresh={page.reload} />}>
      <RequestFilters rows={rows ?? []}>
        <TimeRange />
      </RequestFilters>
      <Panel title={rows === undefined ? common.value.loading : w.shown(numberText(rows.length))} flush>
        <div
          class={loading.value && rows !== undefined ? 'requests-list requests-stale' : 'requests-list'}
          aria-busy={loading.value}
        >
          <Table
            label={common.value.pages.requests}
            columns={requestColumns(rows ?? [])}
            rows={rows}
            rowKey={({ id }) => id}
            hrefOf={({ id }) => requestHref(id, search)}
            error={error.value}
            onRetry={page.reload}
            empty={<NoRows isFiltered={Object.keys(search).length > 0} hasOlder={next !== null} />}
          />
        </div>
        <Paging cursor={cursor} next={next} />
      </Panel>
    </Page>
  );
}

interface ActionsProps {
  readonly search: Readonly<Record<string, string>>;
  readonly onRefresh: () => void;
}

function Actions({ search, onRefresh }: ActionsProps) {
  const w = words.value;
  const { from: _from, to: _to, ...filters } = search;
  return (
    <>
      <a class="button button-quiet" href={hrefWith('/console/live', filters)}>
        <Icon name="live" />
        {w.toLive}
      </a>
      {(['csv', 'jsonl'] as const).map((format) => (
        <a
          key={format}
          class="button button-plain"
          href={hrefOf('/admin/requests/export', { ...search, zone: zone.value, format })}
          download={`requests.${format}`}
        >
          <Icon name="download" />
          {w.export(format.toUpperCase())}
        </a>
      ))}
      <Button icon="retry" onClick={onRefresh}>
        {w.refresh}
      </Button>
    </>
  );
}

/** What to do where there is nothing to see. */
function NoRows({ isFiltered, hasOlder }: { readonly isFiltered: boolean; readonly hasOlder: boolean }) {
  const w = words.value;
  const id = filterFields.trace_id.value;
  if (hasOlder) return <Empty title={w.searchedUpTo} />;
  if (!isFiltered)
    return (
      <Empty title={w.noneYet}>
        <p>{w.noneYetMore}</p>
      </Empty>
    );
  return (
    <Empty title={w.noneFound}>
      <p>{w.noneFoundMore}</p>
      {id !== '' && Object.keys(filtersSet()).length === 1 && <a href={requestHref(id)}>{w.byId}</a>}
    </Empty>
  );
}
