import { useComputed, type ReadonlySignal } from '@preact/signals';
import type { z } from 'zod';
import type { keySchema } from '../../../src/admin/key-operations.ts';
import type { routesSchema } from '../../../src/admin/routing/routes-schema.ts';
import { get, type Answer } from '../../lib/api.ts';
import { madeKey } from '../../lib/made-key.ts';
import { useResource } from '../../lib/resource.ts';
import { may, role } from '../../lib/session.ts';

/** A key as far as connecting goes. */
export interface KnownKey {
  readonly id: string;
  readonly name: string;
}

type Key = z.output<typeof keySchema>;

/** Names of models to choose from: those that are no wildcards; of a member, what its key may use. */
export function useAliases(): ReadonlySignal<readonly string[]> {
  const isViewer = may('viewer');
  const routes = useResource(`aliases ${role.value}`, async (signal) =>
    isViewer ? await get<z.output<typeof routesSchema>>('/admin/routes', { signal }) : NOTHING,
  );
  const me = useMe();
  return useComputed(() => {
    const own = routes.value.value?.data ?? [];
    const names = isViewer
      ? own.filter(({ enabled }) => enabled).map(({ alias }) => alias)
      : (me.value?.key?.models ?? []);
    return names.filter((name) => !name.includes('*'));
  });
}

/** The keys that whoever is signed in may see, the one that was just made among them. */
export function useKeys(): ReadonlySignal<readonly KnownKey[]> {
  const seesKeys = may('viewer') || role.value === 'team_admin';
  const keys = useResource(`keys ${role.value}`, async (signal) =>
    seesKeys ? await get<{ readonly data: readonly Key[] }>('/admin/keys', { query: { limit: 200 }, signal }) : NOTHING,
  );
  const me = useMe();
  return useComputed(() => {
    const own = me.value?.key;
    const listed: readonly KnownKey[] = keys.value.value?.data ?? (own ? [own] : []);
    const made = madeKey.value;
    return made === undefined || listed.some(({ id }) => id === made.id) ? listed : [made, ...listed];
  });
}

interface Me {
  readonly caller: string;
  readonly key: Key | null;
}

function useMe(): ReadonlySignal<Me | undefined> {
  const isMember = role.value === 'member';
  return useResource(`me ${role.value}`, async (signal) =>
    isMember ? await get<Me>('/admin/me', { signal }) : NOTHING,
  ).value;
}

/** For whom there is nothing to ask. */
const NOTHING: Answer<undefined> = { ok: true, value: undefined };
