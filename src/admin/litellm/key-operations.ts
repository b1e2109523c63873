import { z } from 'zod';
import type { KeyView } from '../../admission/keys/key-view.ts';
import type { Context } from '../../context.ts';
import type { JsonAnswer } from '../../core/local-answer.ts';
import { Refusal } from '../../core/refusal.ts';
import { asObject } from '../../lib/json.ts';
import { refuseProblem } from '../access.ts';
import { operation, type Actor } from '../operation.ts';
import { accessOf } from '../store-of.ts';
import { aliasOf, allKeys, keyNamed, keysWithAlias } from './find-key.ts';
import { keyJson } from './key-json.ts';
import { keyPatch, newKeyValues } from './key-values.ts';
import { fieldsOf, listField, textField } from './request-fields.ts';
import { spendOf, usageOfKey } from './spend.ts';

const keySchema = z.looseObject({ token: z.string(), key_alias: z.string(), spend: z.number() });
/** Clients send what they know of LiteLLM; what has no counterpart is refused with its name. */
const anyBody = z.looseObject({});

const listQuery = z.looseObject({
  page: z.coerce.number().int().min(1).default(1),
  size: z.coerce.number().int().min(1).max(1000).default(10),
  user_id: z.string().optional(),
  team_id: z.string().optional(),
  key_alias: z.string().optional(),
  key_hash: z.string().optional(),
  return_full_object: z.string().optional(),
});

/** Keys, as LiteLLM's clients make, read, change and delete them. */
export const liteLlmKeyOperations = [
  generateOperation('liteLlmGenerateKey', '/key/generate', 'makes a key'),
  generateOperation('liteLlmGenerateServiceKey', '/key/service-account/generate', 'makes a key that is of no user'),
  operation({
    id: 'liteLlmKeyInfo',
    method: 'GET',
    path: '/key/info',
    role: 'viewer',
    summary: "LiteLLM's API: one key, by its secret or its token.",
    query: z.looseObject({ key: z.string().optional() }),
    answer: z.object({ key: z.string(), info: keySchema }),
    handle: ({ query }, context) => shownKey(keyNamed(query.key, accessOf(context)), context),
  }),
  operation({
    id: 'liteLlmListKeys',
    method: 'GET',
    path: '/key/list',
    role: 'viewer',
    summary: "LiteLLM's API: keys, page by page; their tokens, or with `return_full_object=true` all of them.",
    query: listQuery,
    answer: z.looseObject({ keys: z.array(z.unknown()), total_count: z.int() }),
    async handle({ query }, context) {
      const { page, size, user_id: owner, team_id: team, key_alias: alias, key_hash: token } = query;
      const access = accessOf(context);
      const asked = { ...(owner === undefined ? {} : { owner }), ...(team === undefined ? {} : { team }) };
      const found = allKeys(access, asked).filter(
        (view) => (alias === undefined || aliasOf(view) === alias) && (token === undefined || view.id === token),
      );
      const shown = found.slice((page - 1) * size, page * size);
      const isFull = query.return_full_object?.toLowerCase() === 'true';
      const keys = isFull
        ? await Promise.all(shown.map(async (view) => keyJson(view, await spent(view, context))))
        : shown.map(({ id }) => id);
      const pages = Math.ceil(found.length / size);
      return { body: { keys, total_count: found.length, current_page: page, total_pages: pages } };
    },
  }),
  operation({
    id: 'liteLlmUpdateKey',
    method: 'POST',
    path: '/key/update',
    role: 'admin',
    summary: "LiteLLM's API: changes the fields of a key that the body has; null takes one away.",
    takes: anyBody,
    answer: z.looseObject({ key: z.string() }),
    handle: (call, context) =>
      changedKey(call, context, (before, body) => {
        const { key: _key, ...fields } = body;
        return keyPatch(fields, before, context.clock.wallNow());
      }),
  }),
  operation({
    id: 'liteLlmBlockKey',
    method: 'POST',
    path: '/key/block',
    role: 'admin',
    summary: "LiteLLM's API: lets a key in no more.",
    takes: anyBody,
    answer: z.looseObject({ key: z.string() }),
    handle: (call, context) => changedKey(call, context, () => ({ enabled: false })),
  }),
  operation({
    id: 'liteLlmUnblockKey',
    method: 'POST',
    path: '/key/unblock',
    role: 'admin',
    summary: "LiteLLM's API: lets a key in again.",
    takes: anyBody,
    answer: z.looseObject({ key: z.string() }),
    handle: (call, context) => changedKey(call, context, () => ({ enabled: true })),
  }),
  operation({
    id: 'liteLlmRegenerateKey',
    method: 'POST',
    path: '/key/regenerate',
    role: 'admin',
    summary: "LiteLLM's API: gives a key a new secret; the one before ends at once, or after `grace_period`.",
    takes: anyBody,
    answer: keySchema.extend({ key: z.string() }),
    async handle({ body, actor }, context) {
      const fields = fieldsOf(body, new Set(['key', 'grace_period']));
      const { id } = keyNamed(textField(fields, 'key'), accessOf(context));
      const grace = textField(fields, 'grace_period') ?? '0';
      const { key, ...view } = await accessOf(context).keys.rotate(id, { grace }, changeOf(actor)).catch(refuseProblem);
      return { body: { key, token_id: id, ...keyJson(view as KeyView, await spent(view as KeyView, context)) } };
    },
  }),
  operation({
    id: 'liteLlmDeleteKeys',
    method: 'POST',
    path: '/key/delete',
    role: 'admin',
    summary: "LiteLLM's API: ends keys, named by secret, token or alias; if one of them does not exist, none ends.",
    takes: anyBody,
    answer: z.object({ deleted_keys: z.array(z.string()) }),
    async handle({ body, actor }, context) {
      const fields = fieldsOf(body, new Set(['keys', 'key_aliases']));
      const access = accessOf(context);
      const [named, aliases] = [listField(fields, 'keys') ?? [], listField(fields, 'key_aliases') ?? []];
      const byAlias = aliases.flatMap((alias) => oneOrMore(keysWithAlias(alias, access)));
      const ids = new Set([...named.map((each) => keyNamed(each, access)), ...byAlias].map(({ id }) => id));
      if (ids.size === 0)
        throw new Refusal('invalid_request', '`keys` or `key_aliases` must name at least one key.', { param: 'keys' });
      for (const id of ids) await access.keys.revoke(id, changeOf(actor)).catch(refuseProblem);
      return { body: { deleted_keys: named.length > 0 ? named : aliases } };
    },
  }),
];

/** What a change is written down with. */
export function changeOf({ caller, clientIp }: Actor): { readonly actor: string; readonly clientIp: string } {
  return { actor: caller, clientIp };
}

/** What a key has spent. */
export async function spent(view: KeyView, context: Context): Promise<number> {
  return await spendOf(view, usageOfKey(view), context);
}

async function shownKey(view: KeyView, context: Context): Promise<JsonAnswer> {
  return { body: { key: view.id, info: keyJson(view, await spent(view, context)) } };
}

async function changedKey(
  { body, actor }: { readonly body: unknown; readonly actor: Actor },
  context: Context,
  patchOf: (before: KeyView, body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<JsonAnswer> {
  const access = accessOf(context);
  const fields = asObject(body) ?? {};
  const before = keyNamed(textField(fields, 'key'), access);
  const view = await access.keys.update(before.id, patchOf(before, fields), changeOf(actor)).catch(refuseProblem);
  return { body: { key: view.id, ...keyJson(view, await spent(view, context)) } };
}

function oneOrMore(found: readonly KeyView[]): readonly KeyView[] {
  if (found.length > 0) return found;
  throw new Refusal('not_found', 'There is no key with this alias.', { param: 'key_aliases' });
}

function generateOperation(id: string, path: string, does: string) {
  return operation({
    id,
    method: 'POST',
    path,
    role: 'admin',
    summary: `LiteLLM's API: ${does}. Its secret is in this answer and nowhere else.`,
    takes: anyBody,
    answer: keySchema.extend({ key: z.string() }),
    async handle({ body, actor }, context) {
      const values = newKeyValues(body, context.clock.wallNow());
      const { key, ...view } = await accessOf(context).keys.create(values, changeOf(actor)).catch(refuseProblem);
      return { body: { key, token_id: view['id'], ...keyJson(view as KeyView, 0) } };
    },
  });
}
