import type { ComponentChildren } from 'preact';
import type { RequestRow } from '../lib/answers.ts';
import { Filters, type Filter } from './filters.tsx';
import { filterFields, type FilterName } from '../lib/request-search.ts';
import { failureNames } from '../lib/failures.ts';
import { words } from '../words/request-filters.ts';

const STATUSES = ['ok', 'failed', 'error', 'failed_over', '429', '4xx', '5xx'] as const;

/** The filters of requests; those that are seldom needed are behind a button. `rows`: what is likely to be looked for. */
export function RequestFilters({ rows = [], children }: FiltersOfRequests) {
  return (
    <Filters filters={filtersOf(rows)} resets={['cursor']}>
      {children}
    </Filters>
  );
}

interface FiltersOfRequests {
  readonly rows?: readonly RequestRow[];
  readonly children?: ComponentChildren;
}

function filtersOf(rows: readonly RequestRow[]): Filter[] {
  const { filters: w, statuses, yesNo } = words.value;
  const text = (name: FilterName, more: Partial<Filter> = {}): Filter => ({
    field: filterFields[name],
    label: w[name],
    ...more,
  });
  const known = (name: 'caller' | 'team' | 'alias' | 'model' | 'backend') =>
    text(name, { suggestions: [...new Set(rows.map((row) => row[name]))].filter((each) => each !== null).toSorted() });
  const status = filterFields.status.value;
  const other = status === '' || STATUSES.some((each) => each === status) ? [] : [[status, status] as const];
  const rare = { isRare: true };
  const yes = [
    ['true', yesNo.yes],
    ['false', yesNo.no],
  ] as const;
  return [
    text('trace_id', { isSearch: true }),
    text('status', { options: [...STATUSES.map((each) => [each, statuses[each]] as const), ...other] }),
    known('caller'),
    known('alias'),
    known('backend'),
    { ...known('team'), ...rare },
    { ...known('model'), ...rare },
    text('failure', { ...rare, options: failureNames() }),
    text('error_code', { ...rare, example: 'rate_limit_exceeded' }),
    text('session', rare),
    text('end_user', rare),
    text('owner', rare),
    text('key_id', rare),
    text('tag', { ...rare, example: 'KEY=VALUE' }),
    text('min_cost', { ...rare, example: '0.05' }),
    text('min_duration_ms', { ...rare, example: '2000' }),
    text('min_ttft_ms', { ...rare, example: '1000' }),
    text('unpriced', { ...rare, options: yes }),
    text('stream', { ...rare, options: yes }),
  ];
}
