import { getAll, type Budget, type Key, type Team } from './accounts.ts';
import { get } from './api.ts';
import { useResource, type Resource } from './resource.ts';

const OFTEN_MS = 15_000;

/** All keys. */
export function useKeys(): Resource<readonly Key[]> {
  return useResource('keys', (signal) => getAll<Key>('/admin/keys', signal), { pollMs: OFTEN_MS });
}

/** All teams. */
export function useTeams(): Resource<readonly Team[]> {
  return useResource('teams', (signal) => getAll<Team>('/admin/teams', signal), { pollMs: OFTEN_MS });
}

/** All budgets, or those of one owner. */
export function useBudgets(owner?: string): Resource<readonly Budget[]> {
  const query = owner === undefined ? {} : { owner };
  return useResource(`budgets ${owner}`, (signal) => getAll<Budget>('/admin/budgets', signal, query), {
    pollMs: OFTEN_MS,
  });
}

/** The names that keys may ask for. Empty where the role may not see them: they are only offered. */
export function useAliases(): readonly string[] {
  const routes = useResource('aliases', (signal) =>
    get<{ readonly data: readonly { readonly alias: string }[] }>('/admin/routes', { signal }),
  );
  return routes.value.value?.data.map(({ alias }) => alias) ?? [];
}
