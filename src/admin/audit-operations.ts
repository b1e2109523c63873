import { z } from 'zod';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { refuseCursor, storeOf } from './store-of.ts';

const entry = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  client_ip: z.string().nullable(),
  action: z.string(),
  target: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});

/** Who changed what. */
export const auditOperations = [
  operation({
    id: 'listAudit',
    method: 'GET',
    path: '/admin/audit',
    summary:
      'Every change of keys and teams, with what was before and after, and every reading of bodies: by whom, and from where. The newest first.',
    query: cursorQuery,
    answer: z.object({ data: z.array(entry), next: z.string().nullable() }),
    async handle({ query: { limit, cursor } }, context) {
      const page = await (
        await storeOf(context)
      ).audit
        .page({ limit, ...(cursor === undefined ? {} : { cursor }) })
        .catch(refuseCursor);
      const data = page.data.map(({ id, at, actor, clientIp, action, target, before, after }) => ({
        id,
        at: new Date(at).toISOString(),
        actor,
        client_ip: clientIp ?? null,
        action,
        target,
        before: before ?? null,
        after: after ?? null,
      }));
      return { body: { data, next: page.next ?? null } };
    },
  }),
  operation({
    id: 'whoAmI',
    method: 'GET',
    path: '/admin/whoami',
    summary: 'Whom the key of this request stands for.',
    answer: z.object({ caller: z.string(), role: z.literal('admin'), client_ip: z.string() }),
    handle: ({ actor: { caller, clientIp } }) => ({ body: { caller, role: 'admin', client_ip: clientIp } }),
  }),
];
