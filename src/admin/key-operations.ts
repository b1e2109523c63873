import { z } from 'zod';
import { AccessProblem } from '../admission/keys/access-problem.ts';
import type { KeyWithSecret } from '../admission/keys/key-registry.ts';
import type { KeyView } from '../admission/keys/key-view.ts';
import { madeKeySchema } from '../config/sections/keys.ts';
import { changeOnce, expectedVersion, pageShown, refuseProblem, shown, versioned } from './access.ts';
import { limitFields, storedFields } from './limit-fields.ts';
import type { AdminContext } from './admin-context.ts';
import { operation, type RawCall } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { accessOf } from './store-of.ts';
import { memberOf } from './team-scope.ts';

/** A key as operators and its caller see it. */
export const keySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  source: z.enum(['config', 'store']),
  prefix: z.string().optional().describe('The first characters of the secret.'),
  team: z.string().optional(),
  owner: z.string().optional(),
  models: z.array(z.string()),
  endpoints: z.array(z.string()).optional(),
  allowed_ips: z.array(z.string()).optional(),
  expires_at: z.string().optional(),
  enabled: z.boolean(),
  ...limitFields,
  tags: z.record(z.string(), z.string()).optional(),
  log_bodies: z.string().optional(),
  generation: z.int().optional().describe('How many secrets it has had.'),
  previous_until: z.string().optional().describe('Until when the secret before it lets in.'),
  ...storedFields,
});
const withSecret = keySchema.extend({ key: z.string().describe('The secret. It is told here only.') });
const patchSchema = madeKeySchema.partial();

/** Keys: whom the gateway knows. */
export const keyOperations = [
  operation({
    id: 'listKeys',
    method: 'GET',
    path: '/admin/keys',
    role: 'viewer',
    ownTeams: true,
    summary: 'All keys, those of the config first. No secret is among them.',
    query: cursorQuery.extend({ team: z.string().optional(), owner: z.string().optional() }),
    answer: z.object({ data: z.array(keySchema), next: z.string().nullable() }),
    handle: ({ query, scope }, context) =>
      pageShown(() => accessOf(context).keys.list({ ...query, ...(scope && { isSeen: scope.has.bind(scope) }) })),
  }),
  operation({
    id: 'createKey',
    method: 'POST',
    path: '/admin/keys',
    role: 'admin',
    ownTeams: true,
    headers: ['idempotency-key'],
    summary: 'Makes a key. Its secret is in this answer and nowhere else.',
    status: 201,
    takes: madeKeySchema,
    answer: withSecret,
    handle(call, context) {
      call.scope?.checkPlace(memberOf(call.body, 'team'), 'team');
      return changeOnce<KeyWithSecret>(
        call,
        context,
        (change) => accessOf(context).keys.create(call.body, change),
        (view) => versioned(view, 201),
      );
    },
  }),
  operation({
    id: 'getKey',
    method: 'GET',
    path: '/admin/keys/{id}',
    role: 'viewer',
    ownTeams: true,
    summary: 'One key.',
    answer: keySchema,
    handle: (call, context) => shown(() => keySeen(call, context)),
  }),
  operation({
    id: 'updateKey',
    method: 'PATCH',
    path: '/admin/keys/{id}',
    role: 'admin',
    ownTeams: true,
    headers: ['if-match'],
    summary: 'Changes the members of a key that the body names; null takes one away. It counts for the next request.',
    takes: patchSchema,
    answer: keySchema,
    handle: (call, context) =>
      changeOnce<KeyView>(
        call,
        context,
        (change) => {
          const { id } = keyMeant(call, context);
          const team = memberOf(call.body, 'team');
          if (team !== undefined) call.scope?.checkPlace(team, 'team');
          return accessOf(context).keys.update(id, call.body, change, expectedVersion(call));
        },
        (view) => versioned(view),
      ),
  }),
  operation({
    id: 'rotateKey',
    method: 'POST',
    path: '/admin/keys/{id}/rotate',
    role: 'admin',
    ownTeams: true,
    headers: ['idempotency-key', 'if-match'],
    summary: 'Gives a key a new secret; the one before goes on for `grace`.',
    body: z
      .strictObject({
        grace: z
          .union([z.string(), z.number()])
          .optional()
          .describe('How long the secret before goes on: `1h`, `0`. Default 24h.'),
      })
      .optional(),
    answer: withSecret,
    handle: (call, context) =>
      changeOnce<KeyWithSecret>(
        call,
        context,
        (change) =>
          accessOf(context).keys.rotate(
            keyMeant(call, context).id,
            { grace: call.body?.grace, expected: expectedVersion(call) },
            change,
          ),
        (view) => versioned(view),
      ),
  }),
  operation({
    id: 'revokeKey',
    method: 'DELETE',
    path: '/admin/keys/{id}',
    role: 'admin',
    ownTeams: true,
    headers: ['if-match'],
    summary: 'Ends a key: here for the next request, on other nodes within a second.',
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    async handle(call, context) {
      const { caller: actor, clientIp } = call.actor;
      try {
        const { id } = keyMeant(call, context);
        await accessOf(context).keys.revoke(id, { actor, clientIp }, expectedVersion(call));
        return { body: { id, deleted: true } };
      } catch (error) {
        return refuseProblem(error, call);
      }
    },
  }),
];

/** The key that a call names. Throws an AccessProblem if there is none that it may see. */
function keySeen({ names: { id = '' }, scope }: Pick<RawCall, 'names' | 'scope'>, context: AdminContext): KeyView {
  const view = accessOf(context).keys.get(id);
  if (scope === undefined || scope.has(teamOf(view))) return view;
  throw new AccessProblem('absent', `There is no key with the id "${id.slice(0, 100)}".`);
}

/** The id that a call names, of a key that others may have made a moment ago; within a scope only of one that is seen. */
function keyMeant(call: Pick<RawCall, 'names' | 'scope'>, context: AdminContext): { readonly id: string } {
  return call.scope === undefined ? { id: call.names['id'] ?? '' } : keySeen(call, context);
}

function teamOf({ team }: KeyView): string | undefined {
  return typeof team === 'string' ? team : undefined;
}
