import { z } from 'zod';
import { ROLES } from '../core/role.ts';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { refuseCursor, storeOf } from './store-of.ts';

/** A change, or a reading of what is private. */
export const auditEntry = z.object({
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
    role: 'viewer',
    summary:
      'Every change of keys and teams, with what was before and after, and every reading of bodies: by whom, and from where. The newest first.',
    query: cursorQuery,
    answer: z.object({ data: z.array(auditEntry), next: z.string().nullable() }),
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
    role: 'everyone',
    summary: 'Whom the key or the session of this request stands for, and what it may do.',
    answer: z.object({
      caller: z.string().describe('As the audit log calls it.'),
      role: z.enum(ROLES),
      teams: z.array(z.string()).describe('Of a `team_admin`: the teams that it runs, and those below.'),
      client_ip: z.string(),
    }),
    handle: ({ actor: { caller, clientIp }, role, scope }) => ({
      body: { caller, role, teams: scope?.names ?? [], client_ip: clientIp },
    }),
  }),
];
