import { z } from 'zod';
import type { TeamView } from '../admission/keys/key-view.ts';
import { teamSchema as madeTeamSchema } from '../config/sections/teams.ts';
import { changeOnce, expectedVersion, pageShown, refuseProblem, shown, versioned } from './access.ts';
import { limitFields, storedFields } from './limit-fields.ts';
import { operation } from './operation.ts';
import { cursorQuery } from './page-query.ts';
import { accessOf } from './store-of.ts';
import { memberOf } from './team-scope.ts';

/** A team as operators see it. */
export const teamSchema = z.looseObject({
  name: z.string(),
  source: z.enum(['config', 'store']),
  parent: z.string().optional(),
  models: z.array(z.string()).optional(),
  ...limitFields,
  ...storedFields,
});

/** Teams: what keys belong to. Their names are their ids. */
export const teamOperations = [
  operation({
    id: 'listTeams',
    method: 'GET',
    path: '/admin/teams',
    role: 'viewer',
    ownTeams: true,
    summary: 'All teams, by name.',
    query: cursorQuery,
    answer: z.object({ data: z.array(teamSchema), next: z.string().nullable() }),
    handle: ({ query, scope }, context) =>
      pageShown(() => accessOf(context).teams.list({ ...query, ...(scope && { isSeen: scope.has.bind(scope) }) })),
  }),
  operation({
    id: 'createTeam',
    method: 'POST',
    path: '/admin/teams',
    role: 'admin',
    ownTeams: true,
    headers: ['idempotency-key'],
    summary: 'Makes a team.',
    status: 201,
    takes: madeTeamSchema,
    answer: teamSchema,
    handle(call, context) {
      call.scope?.checkPlace(memberOf(call.body, 'parent'), 'parent');
      return changeOnce<TeamView>(
        call,
        context,
        (change) => accessOf(context).teams.create(call.body, change),
        (view) => versioned(view, 201),
      );
    },
  }),
  operation({
    id: 'getTeam',
    method: 'GET',
    path: '/admin/teams/{name}',
    role: 'viewer',
    ownTeams: true,
    summary: 'One team.',
    answer: teamSchema,
    handle: ({ names: { name = '' }, scope }, context) =>
      shown(() => {
        scope?.checkSeen(name);
        return accessOf(context).teams.get(name);
      }),
  }),
  operation({
    id: 'updateTeam',
    method: 'PATCH',
    path: '/admin/teams/{name}',
    role: 'admin',
    ownTeams: true,
    headers: ['if-match'],
    summary: 'Changes the members of a team that the body names; null takes one away. It counts for the next request.',
    takes: madeTeamSchema.partial(),
    answer: teamSchema,
    handle: (call, context) =>
      changeOnce<TeamView>(
        call,
        context,
        (change) => {
          const { name = '' } = call.names;
          call.scope?.checkChange(name);
          const parent = memberOf(call.body, 'parent');
          if (parent !== undefined) call.scope?.checkPlace(parent, 'parent');
          return accessOf(context).teams.update(name, call.body, change, expectedVersion(call));
        },
        (view) => versioned(view),
      ),
  }),
  operation({
    id: 'deleteTeam',
    method: 'DELETE',
    path: '/admin/teams/{name}',
    role: 'admin',
    ownTeams: true,
    headers: ['if-match'],
    summary: 'Deletes a team that no key and no other team belongs to.',
    answer: z.object({ name: z.string(), deleted: z.literal(true) }),
    async handle(call, context) {
      const { name = '' } = call.names;
      const { caller: actor, clientIp } = call.actor;
      try {
        call.scope?.checkChange(name);
        await accessOf(context).teams.delete(name, { actor, clientIp }, expectedVersion(call));
        return { body: { name, deleted: true } };
      } catch (error) {
        return refuseProblem(error, call);
      }
    },
  }),
];
