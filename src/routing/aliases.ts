import type { NamedAlias, Route } from '../core/route.ts';
import { routeKey } from '../core/route.ts';
import type { Snapshot } from '../snapshot.ts';

/** Finds the alias that `name` means: the one of that name, else the wildcard with the longest prefix. */
export function findAlias(snapshot: Snapshot, name: string): NamedAlias | undefined {
  const alias = snapshot.aliases.get(name);
  if (alias !== undefined && alias.prefix === undefined) return { alias, name, matched: '' };
  for (const wildcard of snapshot.wildcards) {
    const prefix = wildcard.prefix ?? '';
    if (name.startsWith(prefix) && name.length > prefix.length)
      return { alias: wildcard, name, matched: name.slice(prefix.length) };
  }
  return undefined;
}

/** The aliases to fall back to, in pre-order: the first fallback, that one's own, then the second; none twice. */
export function fallbackChain(snapshot: Snapshot, asked: NamedAlias): NamedAlias[] {
  if (snapshot.fallbacks.size === 0) return [];
  const seen = new Set([asked.name]);
  const chain: NamedAlias[] = [];
  const visit = (from: NamedAlias): void => {
    for (const target of snapshot.fallbacks.get(from.name) ?? snapshot.fallbacks.get(from.alias.name) ?? []) {
      const next = fallbackNamed(snapshot, target, asked);
      // An alias that is missing or disabled is skipped, with what hangs below it.
      if (next === undefined || seen.has(next.name)) continue;
      seen.add(next.name);
      chain.push(next);
      visit(next);
    }
  };
  visit(asked);
  return chain;
}

/** The routes of a tier for the name that was asked for: a `*` in their model becomes what the alias's matched. */
export function routesFor(tier: readonly Route[], { alias, matched }: NamedAlias): readonly Route[] {
  if (alias.prefix === undefined) return tier;
  return tier.map((route) => {
    const model = route.model.replace('*', () => matched);
    const { name, live } = route.backend;
    return { ...route, model, key: routeKey(name, model), live: live.model(model, route.modelLabel) };
  });
}

/** A wildcard as a fallback takes over what the alias asked for had matched. */
function fallbackNamed(snapshot: Snapshot, target: string, { name, matched }: NamedAlias): NamedAlias | undefined {
  const alias = snapshot.aliases.get(target);
  if (alias?.prefix === undefined) return findAlias(snapshot, target);
  const rest = matched === '' ? name : matched;
  return { alias, name: alias.prefix + rest, matched: rest };
}
