import { z } from 'zod';
import type { TeamView } from '../../admission/keys/key-view.ts';
import type { RunTimeAccess } from '../../admission/keys/caller-access.ts';
import type { Context } from '../../context.ts';
import { Refusal } from '../../core/refusal.ts';
import { asObject, asString } from '../../lib/json.ts';
import { refuseProblem } from '../access.ts';
import { operation } from '../operation.ts';
import { accessOf } from '../store-of.ts';
import { allKeys } from './find-key.ts';
import { changeOf, spent } from './key-operations.ts';
import { keyJson } from './key-json.ts';
import { fieldsOf, listField, textField } from './request-fields.ts';
import { spendOf } from './spend.ts';
import { newTeamValues, teamJson, teamPatch } from './team-values.ts';

const teamSchema = z.looseObject({ team_id: z.string(), team_alias: z.string(), spend: z.number() });
const anyBody = z.looseObject({});
const listQuery = z.looseObject({ team_id: z.string().optional(), team_alias: z.string().optional() });
const PAGE = 1000;

/** Teams, as LiteLLM's clients make, read, change and delete them. */
export const liteLlmTeamOperations = [
  operation({
    id: 'liteLlmNewTeam',
    method: 'POST',
    path: '/team/new',
    role: 'admin',
    summary: "LiteLLM's API: makes a team.",
    takes: anyBody,
    answer: teamSchema,
    async handle({ body, actor }, context) {
      const view = await accessOf(context).teams.create(newTeamValues(body), changeOf(actor)).catch(refuseProblem);
      return { body: teamJson(view, 0) };
    },
  }),
  operation({
    id: 'liteLlmTeamInfo',
    method: 'GET',
    path: '/team/info',
    role: 'viewer',
    summary: "LiteLLM's API: one team, with its keys.",
    query: z.looseObject({ team_id: z.string().optional() }),
    answer: z.looseObject({ team_id: z.string(), team_info: teamSchema, keys: z.array(z.unknown()) }),
    async handle({ query }, context) {
      const access = accessOf(context);
      const view = teamNamed(query.team_id, access);
      const own = allKeys(access, { team: view.name });
      const keys = await Promise.all(own.map(async (key) => keyJson(key, await spent(key, context))));
      const info = teamJson(view, await spentBy(view, context));
      return { body: { team_id: view.name, team_info: info, keys, team_memberships: [] } };
    },
  }),
  operation({
    id: 'liteLlmListTeams',
    method: 'GET',
    path: '/team/list',
    role: 'viewer',
    summary: "LiteLLM's API: all teams.",
    query: listQuery,
    answer: z.array(teamSchema),
    handle: async ({ query }, context) => ({ body: await shownTeams(teamsAsked(query, context), context) }),
  }),
  operation({
    id: 'liteLlmListTeamsByPage',
    method: 'GET',
    path: '/v2/team/list',
    role: 'viewer',
    summary: "LiteLLM's API: teams, page by page.",
    query: listQuery.extend({
      page: z.coerce.number().int().min(1).default(1),
      page_size: z.coerce.number().int().min(1).max(PAGE).default(10),
    }),
    answer: z.looseObject({ teams: z.array(teamSchema), total: z.int() }),
    async handle({ query }, context) {
      const { page, page_size: size } = query;
      const found = teamsAsked(query, context);
      const teams = await shownTeams(found.slice((page - 1) * size, page * size), context);
      const pages = Math.ceil(found.length / size);
      return { body: { teams, total: found.length, page, page_size: size, total_pages: pages } };
    },
  }),
  operation({
    id: 'liteLlmUpdateTeam',
    method: 'POST',
    path: '/team/update',
    role: 'admin',
    summary: "LiteLLM's API: changes the fields of a team that the body has; null takes one away.",
    takes: anyBody,
    answer: z.looseObject({ team_id: z.string(), data: teamSchema }),
    async handle({ body, actor }, context) {
      const access = accessOf(context);
      const before = teamNamed(textField(asObject(body) ?? {}, 'team_id'), access);
      const patch = teamPatch(body, before);
      const view = await access.teams.update(before.name, patch, changeOf(actor)).catch(refuseProblem);
      return { body: { team_id: view.name, data: teamJson(view, await spentBy(view, context)) } };
    },
  }),
  operation({
    id: 'liteLlmDeleteTeams',
    method: 'POST',
    path: '/team/delete',
    role: 'admin',
    summary: "LiteLLM's API: deletes teams, and as there, their keys with them.",
    takes: anyBody,
    answer: z.object({ deleted_teams: z.array(z.string()) }),
    async handle({ body, actor }, context) {
      const names = listField(fieldsOf(body, new Set(['team_ids'])), 'team_ids') ?? [];
      const access = accessOf(context);
      const teams = names.map((name) => teamNamed(name, access));
      if (teams.length === 0)
        throw new Refusal('invalid_request', '`team_ids` must name at least one team.', { param: 'team_ids' });
      for (const { name } of teams) {
        for (const { id } of allKeys(access, { team: name }))
          await access.keys.revoke(id, changeOf(actor)).catch(refuseProblem);
        await access.teams.delete(name, changeOf(actor)).catch(refuseProblem);
      }
      return { body: { deleted_teams: names } };
    },
  }),
];

function allTeams({ teams }: RunTimeAccess): TeamView[] {
  const found: TeamView[] = [];
  let cursor: string | undefined;
  do {
    const { data, next } = teams.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...data);
    cursor = next;
  } while (cursor !== undefined);
  return found;
}

function teamsAsked({ team_id: id, team_alias: alias }: z.output<typeof listQuery>, context: Context): TeamView[] {
  return allTeams(accessOf(context)).filter(
    (view) => (id === undefined || view.name === id) && (alias === undefined || aliasOf(view).includes(alias)),
  );
}

function aliasOf(view: TeamView): string {
  return asString(view['label']) ?? view.name;
}

async function shownTeams(views: readonly TeamView[], context: Context): Promise<Record<string, unknown>[]> {
  return await Promise.all(views.map(async (view) => teamJson(view, await spentBy(view, context))));
}

async function spentBy(view: TeamView, context: Context): Promise<number> {
  return await spendOf(view, { team: [view.name] }, context);
}

function teamNamed(name: string | undefined, access: RunTimeAccess): TeamView {
  if (name === undefined || name === '')
    throw new Refusal('invalid_request', '`team_id` is missing.', { param: 'team_id' });
  const found = allTeams(access).find((view) => view.name === name);
  if (found !== undefined) return found;
  throw new Refusal('not_found', `There is no team \`${name.slice(0, 100)}\`.`, { param: 'team_id' });
}
