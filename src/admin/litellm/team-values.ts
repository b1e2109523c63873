import type { TeamView } from '../../admission/keys/key-view.ts';
import { asString } from '../../lib/json.ts';
import { budgetFieldsOf, changedBudgets } from './budget-fields.ts';
import { fieldsOf, listField, numberField, textField, type Fields } from './request-fields.ts';

const KNOWN = new Set(
  'team_id team_alias models max_budget soft_budget budget_duration tpm_limit rpm_limit max_parallel_requests'.split(
    ' ',
  ),
);
const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** The values of a new team. Its id is its name here; without one, the alias is, where it can be. */
export function newTeamValues(body: unknown): Record<string, unknown> {
  const fields = fieldsOf(body, KNOWN);
  const [id, alias] = [textField(fields, 'team_id'), textField(fields, 'team_alias')];
  const name = id ?? (alias !== undefined && NAME.test(alias) ? alias : crypto.randomUUID());
  const values = Object.entries(valuesOf(fields, undefined)).filter(([, value]) => value !== null);
  return { name, ...Object.fromEntries(values) };
}

/** The members of a team that a request changes; null takes one away. */
export function teamPatch(body: unknown, before: TeamView): Record<string, unknown> {
  return valuesOf(fieldsOf(body, KNOWN), before);
}

function valuesOf(fields: Fields, before: TeamView | undefined): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const take = (from: string, to: string, read: (fields: Fields, name: string) => unknown): void => {
    if (from in fields) values[to] = read(fields, from) ?? null;
  };
  take('team_alias', 'label', (all, name) => textField(all, name) || undefined);
  take('rpm_limit', 'rpm', numberField);
  take('tpm_limit', 'tpm', numberField);
  take('max_parallel_requests', 'max_concurrency', numberField);
  take('models', 'models', modelsField);
  const budgets = changedBudgets(before?.['budgets'], fields);
  if (budgets !== undefined) values['budgets'] = budgets;
  return values;
}

function modelsField(fields: Fields, name: string): string[] | undefined {
  const models = listField(fields, name) ?? [];
  return models.length === 0 || models.includes('all-proxy-models') ? undefined : models;
}

/** A team as LiteLLM tells of it. */
export function teamJson(view: TeamView, spend: number): Record<string, unknown> {
  return {
    team_id: view.name,
    team_alias: asString(view['label']) ?? view.name,
    spend,
    ...budgetFieldsOf(view['budgets']),
    models: view['models'] ?? [],
    tpm_limit: view['tpm'] ?? null,
    rpm_limit: view['rpm'] ?? null,
    max_parallel_requests: view['max_concurrency'] ?? null,
    metadata: {},
    blocked: false,
    members: [],
    members_with_roles: [],
    admins: [],
    organization_id: null,
    created_at: view['created_at'] ?? null,
    updated_at: view['updated_at'] ?? null,
  };
}
