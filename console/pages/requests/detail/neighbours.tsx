import type { RequestDetail, RequestPage } from '../../../lib/answers.ts';
import { get } from '../../../lib/api.ts';
import { useResource } from '../../../lib/resource.ts';
import { zone } from '../../../lib/zone.ts';
import { Icon } from '../../../parts/icon.tsx';
import { requestHref } from '../../../lib/request-search.ts';
import { seenAround } from '../list-memory.ts';
import { usePagingKeys } from '../paging.tsx';
import { words } from './words.ts';

interface NeighboursProps {
  readonly detail: RequestDetail;
  readonly search: Readonly<Record<string, string>>;
}

/** Of requests that began in the same millisecond, more than these are not told apart. */
const ENOUGH = 20;
/** How far newer ones are looked for, where the list was not seen: they come in the order of time only backwards. */
const AHEAD_MS = 60_000;
const MOST_AHEAD = 1000;

/** The requests before and after this one in the list that it was found in; keys n and p. */
export function Neighbours({ detail, search }: NeighboursProps) {
  const w = words.value;
  const seen = seenAround(JSON.stringify(search), detail.id);
  const at = Date.parse(detail.started_at);
  const { from: _from, to: _to, ...filters } = search;
  const key = JSON.stringify([detail.id, search, zone.value]);
  const older = useResource(`older ${key}`, async (signal) => {
    if (seen.older !== undefined) return { ok: true, value: seen.older };
    const from = search['from'];
    const query = {
      ...filters,
      zone: zone.value,
      ...(from !== undefined && { from }),
      to: new Date(at + 1).toISOString(),
      limit: ENOUGH,
    };
    const page = await get<RequestPage>('/admin/requests', { query, signal });
    return page.ok ? { ok: true, value: beside(page.value, detail.id, 1) } : page;
  });
  const newer = useResource(`newer ${key}`, async (signal) => {
    if (seen.newer !== undefined) return { ok: true, value: seen.newer };
    const query = { ...filters, from: detail.started_at, to: new Date(at + AHEAD_MS).toISOString(), limit: MOST_AHEAD };
    const page = await get<RequestPage>('/admin/requests', { query, signal });
    return page.ok ? { ok: true, value: beside(page.value, detail.id, -1) } : page;
  });
  const hrefOf = (id: string | undefined) => (id === undefined ? undefined : requestHref(id, search));
  const [before, after] = [hrefOf(newer.value.value), hrefOf(older.value.value)];
  usePagingKeys(before, after);
  return (
    <nav class="neighbours" aria-label={w.neighbours}>
      <Way href={before} label={w.newer} icon="up" letter="p" />
      <Way href={after} label={w.older} icon="down" letter="n" />
    </nav>
  );
}

/** The id next to one in a page, or undefined. */
function beside({ data }: RequestPage, id: string, step: 1 | -1): string | undefined {
  const at = data.findIndex((row) => row.id === id);
  return at === -1 ? undefined : data[at + step]?.id;
}

interface WayProps {
  readonly href: string | undefined;
  readonly label: string;
  readonly icon: 'up' | 'down';
  readonly letter: string;
}

function Way({ href, label, icon, letter }: WayProps) {
  const title = `${label} (${letter})`;
  if (href === undefined)
    return (
      <span class="button button-quiet button-icon is-off" title={title}>
        <Icon name={icon} />
      </span>
    );
  return (
    <a class="button button-quiet button-icon" href={href} aria-label={label} title={title} aria-keyshortcuts={letter}>
      <Icon name={icon} />
    </a>
  );
}
