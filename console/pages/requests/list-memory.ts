import type { RequestRow } from '../../lib/answers.ts';

/** The page of the list that was seen last, for the way from one of its requests to the next without going back. */
interface SeenPage {
  readonly search: string;
  readonly ids: readonly string[];
}

let seen: SeenPage = { search: '', ids: [] };
/** The page before a page, by the cursors of both; the first has none. */
const before = new Map<string, string>();

/** Remembers a page of the list. */
export function rememberPage(search: string, rows: readonly RequestRow[]): void {
  seen = { search, ids: rows.map(({ id }) => id) };
}

/** The ids around a request in the page that was seen last. */
export function seenAround(search: string, id: string): { readonly newer?: string; readonly older?: string } {
  const at = search === seen.search ? seen.ids.indexOf(id) : -1;
  if (at === -1) return {};
  const [newer, older] = [seen.ids[at - 1], seen.ids[at + 1]];
  return { ...(newer !== undefined && { newer }), ...(older !== undefined && { older }) };
}

/** Remembers the way back from a page. */
export function rememberBefore(cursor: string, previous: string): void {
  before.set(cursor, previous);
}

/** The cursor of the page before; undefined: not known, as after a link. */
export function pageBefore(cursor: string): string | undefined {
  return before.get(cursor);
}
