import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { Route } from '../../core/route.ts';
import { ratesOf } from '../../pricing/rates-of.ts';
import { operation } from '../operation.ts';

const answer = z.object({
  data: z.array(
    z.looseObject({
      model_name: z.string(),
      litellm_params: z.looseObject({ model: z.string() }),
      model_info: z.looseObject({ id: z.string() }),
    }),
  ),
});
const query = z.looseObject({ litellm_model_id: z.string().optional() });

/** Models, as LiteLLM's clients ask for them: one for each route. */
export const liteLlmModelOperations = ['/model/info', '/v1/model/info'].map((path, index) =>
  operation({
    id: index === 0 ? 'liteLlmModelInfo' : 'liteLlmModelInfoV1',
    method: 'GET',
    path,
    role: 'viewer',
    summary: "LiteLLM's API: every route of every alias, with what its model costs.",
    query,
    answer,
    handle({ query: { litellm_model_id: id } }, context) {
      const data = routesOf(context).map((route) => modelJson(route, context));
      return { body: { data: id === undefined ? data : data.filter((each) => each.model_info.id === id) } };
    },
  }),
);

function routesOf({ snapshot: { aliases, wildcards } }: Context): Route[] {
  const all = new Set([...aliases.values(), ...wildcards]);
  return [...all].flatMap(({ tiers }) => tiers.flat());
}

function modelJson({ alias, backend, modelLabel, priority, weight }: Route, { snapshot, clock }: Context) {
  const now = clock.wallNow();
  const periods = snapshot.prices.pricingOf({ backend: backend.name, model: modelLabel })?.periods ?? [];
  const price = periods.findLast(({ from }) => from <= now);
  const rates = price && ratesOf(price, undefined, 0);
  const perToken = (name: 'input' | 'output' | 'cacheRead' | 'cacheWrite5m'): number | null => {
    const rate = rates?.(name);
    return rate === undefined ? null : rate / PICO;
  };
  return {
    model_name: alias.name,
    litellm_params: { model: `${backend.name}/${modelLabel}`, order: priority, weight },
    model_info: {
      id: `${alias.name}:${backend.name}/${modelLabel}`,
      db_model: false,
      litellm_provider: backend.name,
      input_cost_per_token: perToken('input'),
      output_cost_per_token: perToken('output'),
      cache_read_input_token_cost: perToken('cacheRead'),
      cache_creation_input_token_cost: perToken('cacheWrite5m'),
    },
  };
}

/** Rates are in pico-USD per token. */
const PICO = 1e12;
