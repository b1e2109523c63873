import type { Key } from '../../lib/accounts.ts';
import type { Usage } from '../../lib/answers.ts';
import { get, type Answer } from '../../lib/api.ts';
import { sumUsd } from '../../lib/money.ts';
import { useResource, type Resource } from '../../lib/resource.ts';
import { dimensionOf } from '../../lib/usage-group.ts';
import { zone } from '../../lib/zone.ts';

const SELDOM_MS = 60_000;
/** As many groups as an answer can have. */
const MOST_GROUPS = 10_000;

/** What a key did in 30 days. */
export interface KeyUse {
  readonly requests: number;
  readonly costUsd: string;
  /** The start of the last day on which it was used, in the zone in use. */
  readonly lastDay: string;
}

/** What each key did in 30 days, by `usageIdOf`. */
export function useKeyUses(): Resource<ReadonlyMap<string, KeyUse>> {
  const query = { group_by: 'key_id,caller,team', from: '30d', zone: zone.value, limit: MOST_GROUPS };
  return useResource(`key uses ${zone.value}`, (signal) => keyUses(query, signal), { pollMs: SELDOM_MS });
}

/** What tells a key in usage: its id where it was made, else team and name. */
export function usageIdOf({ source, id, name, team }: Key): string {
  return source === 'store' ? id : placeText(name, team ?? null);
}

async function keyUses(
  query: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<Answer<ReadonlyMap<string, KeyUse>>> {
  // Sums of the whole time know every key; by day there may be more groups than an answer has, and then only the dearest are in it.
  const [whole, daily] = await Promise.all([
    get<Usage>('/admin/usage', { query, signal }),
    get<Usage>('/admin/usage', { query: { ...query, group_by: `${query['group_by']},day` }, signal }),
  ]);
  if (!whole.ok) return whole;
  const lastDays = new Map<string, string>();
  for (const group of daily.ok ? daily.value.data : []) {
    const id = idOf(group);
    if (group.time !== undefined && group.time > (lastDays.get(id) ?? '')) lastDays.set(id, group.time);
  }
  const uses = new Map<string, KeyUse>();
  for (const group of whole.value.data) {
    const id = idOf(group);
    const before = uses.get(id);
    uses.set(id, {
      requests: group.requests + (before?.requests ?? 0),
      costUsd: sumUsd([group.cost_usd, before?.costUsd ?? '0']),
      lastDay: lastDays.get(id) ?? whole.value.from,
    });
  }
  return { ok: true, value: uses };
}

/** A key that was renamed has several callers: its id counts. */
function idOf(group: Usage['data'][number]): string {
  return dimensionOf(group, 'key_id') ?? placeText(dimensionOf(group, 'caller') ?? '', dimensionOf(group, 'team'));
}

function placeText(name: string, team: string | null): string {
  return `${team ?? ''}/${name}`;
}
