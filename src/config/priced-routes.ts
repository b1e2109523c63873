import type { Config } from './schema.ts';

/** A model at a backend that an alias leads to. */
export interface PricedRoute {
  readonly alias: string;
  readonly backend: string;
  /** As the config has it. */
  readonly pattern: string;
  /** Undefined: whatever is asked for. */
  readonly model: string | undefined;
}

/** The enabled routes, those of a wildcard with the names that it lists; each model of a backend once for an alias. */
export function pricedRoutes({ models, backends }: Config): PricedRoute[] {
  const enabled = new Set(backends.flatMap((backend) => (backend.enabled ? [backend.name] : [])));
  return Object.entries(models).flatMap(([alias, { routes, list = [], ...model }]) => {
    if (!model.enabled) return [];
    const prefix = alias.endsWith('*') ? alias.slice(0, -1) : alias;
    const stars = list.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    return routes
      .filter((route) => route.enabled && enabled.has(route.backend))
      .flatMap(({ backend, model: pattern }): PricedRoute[] => {
        if (!pattern.includes('*')) return [{ alias, backend, pattern, model: pattern }];
        if (stars.length === 0) return [{ alias, backend, pattern, model: undefined }];
        return stars.map((star) => ({ alias, backend, pattern, model: pattern.replace('*', () => star) }));
      });
  });
}
