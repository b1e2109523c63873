import { z } from 'zod';
import { configKeyView, storedKeyView, type KeyView } from '../admission/keys/key-view.ts';
import { ACCESS_RULES } from '../config/made-access.ts';
import type { Caller } from '../core/caller.ts';
import { Refusal } from '../core/refusal.ts';
import type { LedgerRow } from '../core/ledger-row.ts';
import type { SearchQuery } from '../storage/ledger-query.ts';
import type { AdminContext } from './admin-context.ts';
import { bodiesSchema } from './bodies-json.ts';
import { bodiesOf } from './body-operations.ts';
import { budgetJson, budgetSchema } from './budget-json.ts';
import { keySchema } from './key-operations.ts';
import { operation, type RawCall } from './operation.ts';
import { requestJson } from './request-json.ts';
import { noRequest, requestPage } from './request-operations.ts';
import { searchOf, searchQuery } from './request-search.ts';
import { ledgerOf, refuseCursor, storeOf } from './store-of.ts';
import { usageAnswer, usageOf, usageQuery } from './usage-operations.ts';

/** What a caller may know of itself. */
export const ownOperations = [
  operation({
    id: 'getMe',
    method: 'GET',
    path: '/admin/me',
    role: 'member',
    summary: 'Whom the key of this request stands for, what the key may do, and the budgets that count for it.',
    answer: z.object({
      caller: z.string(),
      team: z.string().nullable(),
      owner: z.string().nullable(),
      client_ip: z.string(),
      key: keySchema.nullable().describe('Null for `proxy_api_key`, which has no limits of its own.'),
      budgets: z.array(budgetSchema),
    }),
    handle(call, context) {
      const caller = callerOf(call, context);
      const now = context.clock.wallNow();
      const { budgets } = context.budgets.ofCaller(caller);
      return {
        body: {
          caller: caller.name,
          team: caller.team?.name ?? null,
          owner: caller.key?.owner ?? null,
          client_ip: call.actor.clientIp,
          key: keyOf(caller, context) ?? null,
          budgets: budgets.map((budget) => budgetJson(budget, now)),
        },
      };
    },
  }),
  operation({
    id: 'getMyUsage',
    method: 'GET',
    path: '/admin/me/usage',
    role: 'member',
    summary: 'Requests, tokens by class and cost of the caller alone, whatever `caller`, `team` and `owner` say.',
    query: usageQuery,
    answer: usageAnswer,
    produces: ['text/csv'],
    handle: (call, context) => {
      const { caller: _caller, team: _team, owner: _owner, ...asked } = call.query;
      return usageOf(asked, context, ownUsage(callerOf(call, context), context));
    },
  }),
  operation({
    id: 'searchMyRequests',
    method: 'GET',
    path: '/admin/me/requests',
    role: 'member',
    summary: 'Requests of the caller alone that have ended, whatever `caller`, `team`, `owner` and `key_id` say.',
    query: searchQuery,
    answer: requestPage,
    async handle(call, context) {
      const caller = callerOf(call, context);
      const { limit, cursor, owner: _owner, key_id: _keyId, ...asked } = call.query;
      const { caller: _caller, team: _team, ...search } = searchOf(asked, context.clock.wallNow());
      const ledger = await ledgerOf(context);
      const { rows, next } = await ledger.search({ ...search, ...ownOf(caller), limit }, cursor).catch(refuseCursor);
      const data = rows.filter((row) => isOwn(row, caller)).map(requestJson);
      return { body: { data, next: next ?? null } };
    },
  }),
  operation({
    id: 'getMyRequestBodies',
    method: 'GET',
    path: '/admin/me/requests/{id}/bodies',
    role: 'member',
    summary: 'The bodies of one request of the caller alone, where they are kept. Every reading is in the audit log.',
    answer: bodiesSchema,
    async handle(call, context) {
      const { id = '' } = call.names;
      const caller = callerOf(call, context);
      const store = await storeOf(context);
      const own = { ...ownOf(caller), limit: 1 };
      const row = (await store.ledger.one(id)) ?? (await store.ledger.search({ ...own, traceId: id })).rows[0];
      if (row === undefined || !isOwn(row, caller)) return noRequest(id);
      return await bodiesOf(row, store, call, context);
    },
  }),
];

/** What finds requests of a caller. A key that was made keeps its requests when it is renamed. One of the config has no id. */
function ownOf(caller: Caller): Pick<SearchQuery, 'keyId' | 'caller' | 'team'> {
  const keyId = caller.key?.id;
  return keyId === undefined ? placeOf(caller) : { keyId };
}

/** Whether a request is a caller's own: it has the same key, or the same name where neither has an id. */
function isOwn({ keyId, caller, team }: LedgerRow, { key, name, team: own }: Caller): boolean {
  if (keyId !== key?.id) return false;
  return keyId !== undefined || (caller === name && team === own?.name);
}

/** Whose page it is. Throws the Refusal of one that nobody knows: many may be nobody in particular. */
function callerOf({ caller }: Pick<RawCall, 'caller'>, { snapshot }: AdminContext): Caller {
  if (caller !== undefined && (snapshot.keyCheck !== undefined || caller.key !== undefined)) return caller;
  throw new Refusal('endpoint_not_allowed', 'Whoever has no key has no pages here. Send a key of the gateway.');
}

function placeOf({ name, team }: Caller) {
  return { caller: [name], team: [team?.name ?? null] };
}

/** Whose usage is its own: a key that was made keeps it when it is renamed, and has none of those that had its name before. */
function ownUsage(caller: Caller, { callers, clock }: AdminContext): Parameters<typeof usageOf>[2] {
  const id = caller.key?.id;
  if (id === undefined) return placeOf(caller);
  const { name, team } = caller;
  const createdAt = callers.stored?.get(id)?.createdAt ?? clock.wallNow();
  return { key: { id, name, team: team?.name, createdAt } };
}

function keyOf({ name, team, key }: Caller, { callers }: AdminContext): KeyView | undefined {
  if (key?.id !== undefined) {
    const stored = callers.stored?.get(key.id);
    return stored && storedKeyView(stored, ACCESS_RULES);
  }
  const ofConfig = callers.configKeys.find((each) => each.name === name && each.team === team?.name);
  return key && ofConfig && configKeyView(ofConfig, ACCESS_RULES);
}
