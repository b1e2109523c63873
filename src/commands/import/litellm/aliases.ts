import type { BackendList } from './backend-list.ts';
import { SHARES, type Deployment } from './deployment.ts';
import type { Notes } from './notes.ts';
import { priceOf } from './model-prices.ts';

/** Routes by alias, and what their models cost. */
export interface Aliases {
  readonly models: Record<string, { readonly routes: readonly object[] }>;
  readonly prices: Record<string, object>;
}

/** Puts deployments of one name together, as LiteLLM's model groups. */
export function aliasesOf(deployments: readonly Deployment[], backends: BackendList, notes: Notes): Aliases {
  const models: Aliases['models'] = {};
  const prices: Aliases['prices'] = {};
  for (const [alias, group] of Map.groupBy(deployments, (each) => each.alias)) {
    const by = group.length < 2 ? undefined : SHARES.find((share) => group[0]?.shares[share] !== undefined);
    if (by !== undefined) tellShare(alias, by, group, notes);
    else tellRates(group, notes);
    const routes = group.map((deployment) => {
      const { model, priority, shares } = deployment;
      const backend = backends.nameOf(deployment);
      const price = priceOf(deployment, notes);
      if (price !== undefined) prices[`${backend}/${model}`] ??= price;
      return {
        backend,
        model,
        ...(priority === undefined ? {} : { priority }),
        ...(by === undefined ? {} : { weight: shares[by] ?? 0 }),
      };
    });
    models[alias] = { routes };
  }
  return { models, prices };
}

function tellShare(alias: string, by: (typeof SHARES)[number], group: readonly Deployment[], notes: Notes): void {
  for (const { from, shares } of group)
    if (shares[by] === undefined)
      notes.nearly(
        `${from} ${by}`,
        'is not set: its route has the weight 0, and is a last resort where others serve the alias',
      );
  if (by === 'weight') notes.exactly(`${alias} weight`, '`routes[].weight`');
  else
    notes.nearly(
      `${alias} ${by}`,
      `\`routes[].weight\`: the share of the load, as with simple-shuffle. For a limit set \`rate_limit.${by === 'rpm' ? 'per_model_rps' : 'per_model_tpm'}\``,
    );
}

/** Of a deployment that has its name for itself, there is no load to share. */
function tellRates(group: readonly Deployment[], notes: Notes): void {
  for (const { from, shares } of group) {
    if (shares.rpm !== undefined) notes.not(`${from} rpm`, 'a limit of the alias: `rate_limit.per_model_rps`');
    if (shares.tpm !== undefined) notes.not(`${from} tpm`, 'a limit of the alias: `rate_limit.per_model_tpm`');
  }
}
