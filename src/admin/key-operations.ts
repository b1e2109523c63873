import { z } from 'zod';
import type { KeyWithSecret } from '../admission/keys/key-registry.ts';
import type { KeyView } from '../admission/keys/key-view.ts';
import { madeKeySchema } from '../config/sections/keys.ts';
import { changeOnce, expectedVersion, pageShown, refuseProblem, shown, versioned } from './access.ts';
import { limitFields, storedFields } from './limit-fields.ts';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { accessOf } from './store-of.ts';

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
    summary: 'All keys, those of the config first. No secret is among them.',
    query: cursorQuery.extend({ team: z.string().optional(), owner: z.string().optional() }),
    answer: z.object({ data: z.array(keySchema), next: z.string().nullable() }),
    handle: ({ query }, context) => pageShown(() => accessOf(context).keys.list(query)),
  }),
  operation({
    id: 'createKey',
    method: 'POST',
    path: '/admin/keys',
    headers: ['idempotency-key'],
    summary: 'Makes a key. Its secret is in this answer and nowhere else.',
    status: 201,
    takes: madeKeySchema,
    answer: withSecret,
    handle: (call, context) =>
      changeOnce<KeyWithSecret>(
        call,
        context,
        (change) => accessOf(context).keys.create(call.body, change),
        (view) => versioned(view, 201),
      ),
  }),
  operation({
    id: 'getKey',
    method: 'GET',
    path: '/admin/keys/{id}',
    summary: 'One key.',
    answer: keySchema,
    handle: ({ names: { id = '' } }, context) => shown(() => accessOf(context).keys.get(id)),
  }),
  operation({
    id: 'updateKey',
    method: 'PATCH',
    path: '/admin/keys/{id}',
    headers: ['if-match'],
    summary: 'Changes the members of a key that the body names; null takes one away. It counts for the next request.',
    takes: patchSchema,
    answer: keySchema,
    handle: (call, context) =>
      changeOnce<KeyView>(
        call,
        context,
        (change) => accessOf(context).keys.update(call.names['id'] ?? '', call.body, change, expectedVersion(call)),
        (view) => versioned(view),
      ),
  }),
  operation({
    id: 'rotateKey',
    method: 'POST',
    path: '/admin/keys/{id}/rotate',
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
            call.names['id'] ?? '',
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
    headers: ['if-match'],
    summary: 'Ends a key: here for the next request, on other nodes within a second.',
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    async handle(call, context) {
      const { id = '' } = call.names;
      const { caller: actor, clientIp } = call.actor;
      await accessOf(context)
        .keys.revoke(id, { actor, clientIp }, expectedVersion(call))
        .catch((error: unknown) => refuseProblem(error, call));
      return { body: { id, deleted: true } };
    },
  }),
];
