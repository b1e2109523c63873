import type { KeyView } from '../../admission/keys/key-view.ts';
import { changedBudgets } from './budget-fields.ts';
import { expiryOf } from './period.ts';
import { fieldsOf, listField, numberField, textField, wrong, type Fields } from './request-fields.ts';
import { changedTags } from './tag-fields.ts';

const KNOWN = new Set(
  'key key_alias models duration team_id user_id max_budget soft_budget budget_duration tpm_limit rpm_limit max_parallel_requests metadata tags blocked allowed_routes'.split(
    ' ',
  ),
);
const ALIAS = /^(?!(?:proxy|anonymous|admin)$)[A-Za-z0-9._-]{1,64}$/;
/** LiteLLM's names for all models: of the team, or of the gateway. */
const ALL_MODELS = new Set(['all-team-models', 'all-proxy-models', '*']);

/** The values of a new key. */
export function newKeyValues(body: unknown, nowMs: number): Record<string, unknown> {
  const fields = fieldsOf(body, KNOWN);
  if (fields['key'] !== undefined && fields['key'] !== null)
    throw wrong(
      'key',
      'left out: the gateway makes the secret of a key itself. To keep one, put it into `keys` of the config',
    );
  const alias = textField(fields, 'key_alias');
  const values = valuesOf({ models: [], ...fields }, undefined, nowMs);
  return present({ name: nameOf(alias), ...values });
}

/** The members of a key that a request changes; null takes one away. */
export function keyPatch(body: unknown, before: KeyView, nowMs: number): Record<string, unknown> {
  return valuesOf(fieldsOf(body, KNOWN), before, nowMs);
}

function valuesOf(fields: Fields, before: KeyView | undefined, nowMs: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const take = (from: string, to: string, read: (fields: Fields, name: string) => unknown): void => {
    if (from in fields) values[to] = read(fields, from) ?? null;
  };
  take('team_id', 'team', emptyIsNone);
  take('user_id', 'owner', emptyIsNone);
  take('rpm_limit', 'rpm', numberField);
  take('tpm_limit', 'tpm', numberField);
  take('max_parallel_requests', 'max_concurrency', numberField);
  take('models', 'models', modelsField);
  take('allowed_routes', 'endpoints', routesField);
  if ('blocked' in fields) values['enabled'] = fields['blocked'] !== true;
  const duration = textField(fields, 'duration');
  if (duration !== undefined) values['expires_at'] = expiryOf(duration, nowMs);
  const budgets = changedBudgets(before?.['budgets'], fields);
  if (budgets !== undefined) values['budgets'] = budgets;
  const alias = textField(fields, 'key_alias');
  if (alias !== undefined && before !== undefined) values['name'] = nameOf(alias);
  const kept = alias === undefined ? undefined : ALIAS.test(alias) ? null : alias;
  const tags = changedTags(before?.['tags'], fields, kept);
  if (tags !== undefined) values['tags'] = tags;
  return values;
}

/** The name of a key with this alias: the alias itself where it can be one. */
function nameOf(alias: string | undefined): string {
  if (alias === undefined || alias === '') return `key-${crypto.randomUUID().slice(0, 8)}`;
  if (ALIAS.test(alias)) return alias;
  const plain = alias.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 50);
  return `${plain}-${Bun.hash.crc32(alias).toString(36)}`;
}

function emptyIsNone(fields: Fields, name: string): string | undefined {
  const text = textField(fields, name);
  return text === '' ? undefined : text;
}

function modelsField(fields: Fields, name: string): string[] {
  const models = listField(fields, name) ?? [];
  if (models.includes('no-default-models')) throw wrong(name, 'names of models: a key for none cannot be made');
  return models.length === 0 || models.some((each) => ALL_MODELS.has(each)) ? ['*'] : models;
}

function routesField(fields: Fields, name: string): string[] | undefined {
  const routes = listField(fields, name) ?? [];
  if (routes.length === 0 || routes.includes('llm_api_routes')) return undefined;
  if (routes.every((route) => route.startsWith('/'))) return routes;
  throw wrong(name, 'a list of paths such as /v1/chat/completions, or llm_api_routes for all');
}

function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
