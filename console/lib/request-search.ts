import { query } from './router.ts';
import { hrefWith, urlField } from './url-state.ts';

/** What the list is searched by, as the admin API names it: an address of the list is a search of the API, and the other way round. */
const FILTER_NAMES = [
  'trace_id',
  'status',
  'caller',
  'team',
  'alias',
  'model',
  'backend',
  'failure',
  'error_code',
  'key_id',
  'session',
  'end_user',
  'owner',
  'tag',
  'min_cost',
  'min_duration_ms',
  'min_ttft_ms',
  'unpriced',
  'stream',
] as const;

export type FilterName = (typeof FILTER_NAMES)[number];

/** Their fields of the address. */
export const filterFields = Object.fromEntries(FILTER_NAMES.map((name) => [name, urlField(name)])) as Readonly<
  Record<FilterName, ReturnType<typeof urlField>>
>;

export const fromField = urlField('from');
export const toField = urlField('to');
/** Where the page begins; empty: with the newest. */
export const cursorField = urlField('cursor');

/** The filters that are set. */
export function filtersSet(): Record<string, string> {
  return fieldsSet(FILTER_NAMES);
}

/** The whole search, without the page. */
export function searchSet(): Record<string, string> {
  return fieldsSet([...FILTER_NAMES, 'from', 'to']);
}

function fieldsSet(names: readonly string[]): Record<string, string> {
  const all = names.map((name): [string, string] => [name, query.value.get(name) ?? '']);
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

/** The list with these filters and no others. */
export function listHref(fields: Partial<Record<FilterName | 'from' | 'to' | 'cursor', string>>): string {
  return hrefWith('/console/requests', fields);
}

/** A request, with the search that it was found by, so that the way back and to its neighbours is known. */
export function requestHref(id: string, search: Readonly<Record<string, string>> = {}): string {
  return hrefWith(`/console/requests/${encodeURIComponent(id)}`, search);
}
