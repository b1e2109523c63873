import { z } from 'zod';
import { ROLES } from '../core/role.ts';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { refuseCursor, storeOf } from './store-of.ts';
import { parseTime, timeText, zoneText } from './time-text.ts';

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

/** A page of the audit log. */
export const auditPage = z.object({ data: z.array(auditEntry), next: z.string().nullable() });

/** What came of following the chain of the audit log. */
export const auditChain = z.object({
  verified: z.boolean().describe('Every entry of the chain is as it was written, and none is missing.'),
  entries: z.int().describe('Entries in the chain.'),
  unchained: z.int().describe('Entries from before there was a chain: nothing proves them.'),
  head: z.string().nullable().describe('The hash of the last entry. Noted elsewhere, it proves the log up to there.'),
  broken: z
    .object({
      place: z.int().describe('The place in the chain, from 1.'),
      id: z.string().nullable().describe('The entry that stands there; null: none does.'),
      kind: z.enum(['missing', 'changed', 'added']),
    })
    .nullable()
    .describe('Where the chain breaks first.'),
});

const text = z.string().max(300).optional();

const auditQuery = cursorQuery.extend({
  actor: text.describe('Only what this one did, as `actor` has it.'),
  action: text.describe('Only this action, such as `keys.create`; or all of a kind: `keys`.'),
  target: text.describe('Only what was done to this key, team, backend or request.'),
  from: timeText('From when on'),
  to: timeText('Up to when'),
  zone: zoneText,
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
    query: auditQuery,
    answer: auditPage,
    async handle({ query }, context) {
      const { limit, cursor, actor, action, target, zone } = query;
      const now = context.clock.wallNow();
      const [from, to] = [query.from, query.to].map((at) => (at === undefined ? at : parseTime(at, zone, now)));
      const asked = { limit, actor, action, target, from, to, ...(cursor === undefined ? {} : { cursor }) };
      const { audit } = await storeOf(context);
      const page = await audit.page(asked).catch(refuseCursor);
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
    id: 'verifyAudit',
    method: 'GET',
    path: '/admin/audit/verify',
    role: 'viewer',
    summary:
      'Whether the audit log is as it was written: its entries are chained, each with a hash over itself and the one before.',
    answer: auditChain,
    async handle(_call, context) {
      const { entries, unchained, head, broken } = await (await storeOf(context)).audit.verify();
      const shown = broken === undefined ? null : { ...broken, id: broken.id ?? null };
      return { body: { verified: shown === null, entries, unchained, head: head === '' ? null : head, broken: shown } };
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
