import { z } from 'zod';
import { keyOwner, teamOwner } from '../admission/budget/budget-rule.ts';
import type { Budget } from '../admission/budget/budget.ts';
import { placeOf } from '../admission/keys/caller-of.ts';
import { pageOf } from '../admission/keys/page.ts';
import { pageShown } from './access.ts';
import type { AdminContext } from './admin-context.ts';
import { budgetJson, budgetSchema } from './budget-json.ts';
import { operation } from './operation.ts';
import type { TeamScope } from './team-scope.ts';
import { cursorQuery } from './page-query.ts';

/** Budgets, and what has become of them. */
export const budgetOperations = [
  operation({
    id: 'listBudgets',
    method: 'GET',
    path: '/admin/budgets',
    role: 'viewer',
    ownTeams: true,
    summary: 'All budgets in force: what is spent and held of each in its window, and when it begins anew.',
    query: cursorQuery.extend({
      owner: z.string().max(500).optional().describe('Only those of `key:ID`, `team:NAME`, `model:ALIAS`, or `all`.'),
    }),
    answer: z.object({ data: z.array(budgetSchema), next: z.string().nullable() }),
    handle: ({ query: { owner, ...query }, scope }, context) =>
      pageShown(() => {
        const asked = budgetsInForce(context, scope).filter(({ rule }) => owner === undefined || rule.owner === owner);
        const page = pageOf(asked, query, ({ rule: { id } }) => id);
        const now = context.clock.wallNow();
        return { ...page, data: page.data.map((budget) => budgetJson(budget, now)) };
      }),
  }),
];

/** Those that may be seen: of the config, and of the keys and teams that were made at run time, used or not. From memory. */
export function budgetsInForce(context: AdminContext, scope: TeamScope | undefined): Budget[] {
  const all = everyBudget(context);
  if (scope === undefined) return all;
  const { configKeys, stored } = context.callers;
  const keys = [
    ...configKeys.map(({ name, team }) => ({ id: placeOf(name, team), name, team, keyId: undefined })),
    ...(stored?.all() ?? []).map(({ id, name, team }) => ({ id, name, team, keyId: id })),
  ];
  const owners = new Set([
    ...scope.names.map((name) => teamOwner(name).id),
    ...keys.filter(({ team }) => scope.has(team)).map((key) => keyOwner(key).id),
  ]);
  return all.filter(({ rule }) => owners.has(rule.owner));
}

function everyBudget({ budgets: book, callers }: AdminContext): Budget[] {
  const found = new Set(book.configured());
  const { stored, teams } = callers;
  for (const { id, name, team, budgets } of stored?.all() ?? []) {
    // A key of the config takes the place of one that has its name.
    if (budgets.length === 0 || callers.isOfConfig(name, team)) continue;
    for (const budget of book.of(keyOwner({ id, name, team, keyId: id }), budgets)) found.add(budget);
  }
  for (const { name, budgets } of stored?.allTeams() ?? [])
    if (!teams.isOfConfig(name)) for (const budget of book.of(teamOwner(name), budgets)) found.add(budget);
  return [...found];
}
