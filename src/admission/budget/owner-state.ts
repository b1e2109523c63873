import type { CallerAccess } from '../keys/caller-access.ts';

/**
 * What has become of whoever a budget belongs to. `away`: it is no more, and another of its name may come, for which the same
 * budgets count. `gone`: it never comes again.
 */
export type OwnerState = 'here' | 'away' | 'gone';

/** The state of an owner, by its id (`budget-rule.ts`). While it is not known what the database holds, all of it is here. */
export function ownerStateOf(owner: string, callers: CallerAccess): OwnerState {
  const isKnown = callers.stored?.isLoaded ?? true;
  const [, team] = /^team:([^/]+)$/.exec(owner) ?? [];
  if (team !== undefined) return !isKnown || callers.teams.has(team) ? 'here' : 'away';
  const [, of, name] = /^key:(?:([^/]+)\/)?([^/]+)$/.exec(owner) ?? [];
  if (name === undefined || callers.isOfConfig(name, of)) return 'here';
  if (of !== undefined || !MADE_ID.test(name)) return 'away';
  return !isKnown || callers.stored?.get(name) !== undefined ? 'here' : 'gone';
}

/** The owner in the id of a budget, where it can be told from the rest: a key that was made at run time, or a team. */
export function ownerIn(budget: string): string | undefined {
  return /^(?:key:[0-9a-f-]{36}|team:[^/]+)(?=\/)/.exec(budget)?.[0];
}

/** The ids of keys that are made at run time: none is given twice. */
const MADE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
