import type { Usage } from '../../lib/answers.ts';
import { get, type Answer } from '../../lib/api.ts';
import { useResource, type Resource } from '../../lib/resource.ts';
import { zone } from '../../lib/zone.ts';
import { DAY_MS, filterQuery, groupBy, stepAt, timesAt, usagePath } from './usage-state.ts';

/** Usage by group and step, and the same length of time before it by group. */
export interface UsageNow {
  readonly now: Usage;
  readonly before: Usage;
  readonly step: 'hour' | 'day' | 'week' | 'month';
}

/** As many groups as an answer can have. */
export const MOST_GROUPS = 10_000;

/** What the address asks for. */
export function useUsage(): Resource<UsageNow> {
  const now = Date.now();
  const asked = { path: usagePath(), times: timesAt(now), step: stepAt(now), groups: groupBy(), filter: filterQuery() };
  return useResource(
    JSON.stringify([asked.path, asked.times, asked.step, asked.groups, asked.filter, zone.value]),
    (signal) => ask(asked, signal),
    { pollMs: 60_000 },
  );
}

interface Asked {
  readonly path: string;
  readonly times: { readonly from: string; readonly to: string | undefined };
  readonly step: UsageNow['step'];
  readonly groups: readonly string[];
  readonly filter: Readonly<Record<string, string>>;
}

async function ask({ path, times, step, groups, filter }: Asked, signal: AbortSignal): Promise<Answer<UsageNow>> {
  const common = { ...filter, zone: zone.value, limit: MOST_GROUPS };
  const now = await get<Usage>(path, {
    query: { ...common, ...times, group_by: [...groups, step].join(',') },
    signal,
  });
  if (!now.ok) return now;
  const [from, to] = [Date.parse(now.value.from), Date.parse(now.value.to)];
  // The same hours of as many days before, so that a day which is not over is compared with as much of another.
  const shiftMs = Math.ceil((to - from) / DAY_MS) * DAY_MS;
  const before = await get<Usage>(path, {
    query: { ...common, from: isoOf(from - shiftMs), to: isoOf(to - shiftMs), group_by: groups.join(',') },
    signal,
  });
  if (!before.ok) return before;
  return { ok: true, value: { now: now.value, before: before.value, step } };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
