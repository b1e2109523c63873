import { BudgetPool } from '../../admission/budget/pool.ts';
import type { Config } from '../../config/schema.ts';
import { fallbackChain } from '../../routing/aliases.ts';
import { formatDuration } from '../../lib/duration.ts';
import { formatUsd } from '../../lib/usd.ts';
import type { AdminContext } from '../admin-context.ts';
import { routeJson, type ConfiguredRoute } from './route-json.ts';
import type { AliasJson, LimitJson, RouteJson } from './routes-schema.ts';

type ModelConfig = Config['models'][string];

/** An alias of the config as it is right now. */
export function aliasJson(name: string, context: AdminContext): AliasJson {
  const { snapshot } = context;
  const config = context.config();
  const model = config.models[name] as ModelConfig;
  const alias = snapshot.aliases.get(name);
  const routes = routesOf(name, model, context);
  const named = alias === undefined ? undefined : { alias, name, matched: '' };
  const { hedge } = model;
  return {
    alias: name,
    enabled: model.enabled,
    wildcard: name.endsWith('*'),
    balance: model.balance ?? config.routing.balance,
    hedge:
      hedge === undefined
        ? null
        : {
            after: typeof hedge.after === 'number' ? formatDuration(hedge.after) : hedge.after,
            at_most: hedge.at_most,
          },
    state: stateOf(model, routes),
    routes,
    fallbacks: named === undefined ? [] : fallbackChain(snapshot, named).map((each) => each.name),
    requests: routes.reduce((sum, { requests }) => sum + requests, 0),
    limits: limitsOf(name, context),
  };
}

function routesOf(name: string, model: ModelConfig, context: AdminContext): RouteJson[] {
  const alias = context.snapshot.aliases.get(name);
  const configured = model.routes.map((route): ConfiguredRoute => ({
    alias: name,
    config: route,
    isEnabled: model.enabled && route.enabled,
    route: alias?.tiers
      .flat()
      .find(
        ({ backend, modelLabel, priority }) =>
          backend.name === route.backend && modelLabel === route.model && priority === route.priority,
      ),
  }));
  const routes = configured
    .toSorted((a, b) => a.config.priority - b.config.priority)
    .map((each) => routeJson(each, context));
  const all = routes.reduce((sum, { requests }) => sum + requests, 0);
  return routes.map((route) => ({ ...route, share: all === 0 ? null : route.requests / all }));
}

function stateOf({ enabled }: ModelConfig, routes: readonly RouteJson[]): AliasJson['state'] {
  const usable = routes.filter((route) => route.enabled);
  if (!enabled || usable.length === 0) return 'disabled';
  const open = usable.filter(({ state }) => state === 'up' || state === 'half_open');
  if (open.length === usable.length) return 'up';
  return open.length === 0 ? 'down' : 'degraded';
}

/** What limits all requests for an alias. */
function limitsOf(name: string, { config, budgets, clock }: AdminContext): LimitJson[] {
  const { rate_limit: rates } = config();
  const limits: LimitJson[] = [];
  const perSecond = rates.enabled ? rates.per_model_rps[name] : undefined;
  if (perSecond !== undefined)
    limits.push({
      kind: 'requests_per_second',
      name: `rate_limit.per_model_rps.${name}`,
      limit: String(perSecond),
      left: null,
    });
  const own = budgets.ofAlias({ name });
  for (const rate of own?.tokenRates ?? []) {
    const left = Math.max(
      0,
      Math.floor(
        budgets
          .bucketOf(rate, clock.now())
          .level({ perSecond: rate.perMinute / 60, capacity: rate.perMinute }, clock.now()),
      ),
    );
    limits.push({ kind: 'tokens_per_minute', name: rate.key, limit: String(rate.perMinute), left: String(left) });
  }
  for (const budget of own?.budgets ?? []) {
    const { label, unit, limit } = budget.rule;
    const room = Math.max(0, new BudgetPool(budget, budget.counterAt(clock.wallNow()), () => undefined).room());
    const text = (amount: bigint | number): string => (unit === 'usd' ? formatUsd(amount) : String(amount));
    limits.push({ kind: 'budget', name: label, limit: text(limit), left: text(room) });
  }
  return limits;
}
