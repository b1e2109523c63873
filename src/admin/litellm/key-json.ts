import type { KeyView } from '../../admission/keys/key-view.ts';
import { asString } from '../../lib/json.ts';
import { budgetFieldsOf } from './budget-fields.ts';
import { tagFieldsOf } from './tag-fields.ts';

/** A key as LiteLLM tells of it. Its token is the id of the key here: there is no hash that others could compute. */
export function keyJson(view: KeyView, spend: number): Record<string, unknown> {
  const { alias, metadata, tags } = tagFieldsOf(view['tags']);
  const { max_budget, soft_budget, budget_duration } = budgetFieldsOf(view['budgets']);
  const team = asString(view['team']) ?? null;
  return {
    token: view.id,
    key_name: view.prefix === undefined ? null : `${view.prefix}...`,
    key_alias: alias ?? view.name,
    spend,
    max_budget,
    soft_budget,
    budget_duration,
    litellm_budget_table: soft_budget === null ? null : { soft_budget, max_budget, budget_duration },
    expires: view['expires_at'] ?? null,
    models: modelsJson(view['models'], team),
    team_id: team,
    user_id: view['owner'] ?? null,
    tpm_limit: view['tpm'] ?? null,
    rpm_limit: view['rpm'] ?? null,
    max_parallel_requests: view['max_concurrency'] ?? null,
    metadata,
    tags,
    blocked: view['enabled'] === false,
    allowed_routes: view['endpoints'] ?? [],
    aliases: {},
    config: {},
    permissions: {},
    model_max_budget: {},
    organization_id: null,
    budget_id: null,
    created_at: view['created_at'] ?? null,
    updated_at: view['updated_at'] ?? null,
  };
}

/** All models are an empty list, or `all-team-models` where a team says which. */
function modelsJson(models: unknown, team: string | null): unknown {
  if (!Array.isArray(models) || !models.includes('*')) return models ?? [];
  return team === null ? [] : ['all-team-models'];
}
