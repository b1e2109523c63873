import type { KeyView } from '../../admission/keys/key-view.ts';
import type { RunTimeAccess } from '../../admission/keys/caller-access.ts';
import { Refusal } from '../../core/refusal.ts';
import { tagFieldsOf } from './tag-fields.ts';

const PAGE = 1000;

/** All keys, those of the config included. */
export function allKeys({ keys }: RunTimeAccess, query: { team?: string; owner?: string } = {}): KeyView[] {
  const found: KeyView[] = [];
  let cursor: string | undefined;
  do {
    const { data, next } = keys.list({ ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...data);
    cursor = next;
  } while (cursor !== undefined);
  return found;
}

/** The key that a client names by its secret or by its token. Throws a Refusal; no secret is in it. */
export function keyNamed(named: string | undefined, access: RunTimeAccess): KeyView {
  if (named === undefined || named === '')
    throw new Refusal('invalid_request', '`key` is missing: send the secret of the key, or its token.', {
      param: 'key',
    });
  const id = access.keys.idOf(named) ?? named;
  const found = allKeys(access).find((view) => view.id === id);
  if (found !== undefined) return found;
  throw new Refusal('not_found', 'There is no such key. Name it by its secret, or by the `token` of the lists.', {
    param: 'key',
  });
}

/** The keys with an alias: names are unique in their team alone. */
export function keysWithAlias(alias: string, access: RunTimeAccess): KeyView[] {
  return allKeys(access).filter((view) => aliasOf(view) === alias);
}

/** What LiteLLM calls a key. */
export function aliasOf(view: KeyView): string {
  return tagFieldsOf(view['tags']).alias ?? view.name;
}
