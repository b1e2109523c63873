import { urlChoice, urlField } from '../../lib/url-state.ts';
import type { Alias, Route } from './answers.ts';

/** What a list of aliases can be narrowed to: those with a problem, or with a route in a state. */
export const STATES = ['problems', 'up', 'cooling', 'half_open', 'dead', 'draining', 'full', 'disabled'] as const;

/** The filters, which the address holds. */
export const filters = {
  text: urlField('q'),
  state: urlChoice<(typeof STATES)[number] | ''>('state', STATES, ''),
  backend: urlField('backend'),
};

/** The aliases that the filters leave: those with problems first, then in the order of the config. */
export function shownAliases(aliases: readonly Alias[]): readonly Alias[] {
  const [text, state, backend] = [filters.text.value.toLowerCase(), filters.state.value, filters.backend.value];
  return aliases
    .filter(
      (alias) =>
        (text === '' || textsOf(alias).some((each) => each.toLowerCase().includes(text))) &&
        (backend === '' || alias.routes.some((route) => route.backend === backend)) &&
        (state === '' || isIn(alias, state)),
    )
    .toSorted((one, other) => RANKS[one.state] - RANKS[other.state]);
}

const RANKS: Readonly<Record<Alias['state'], number>> = { down: 0, degraded: 1, up: 2, disabled: 3 };

/** Whether some or all of its routes cannot be tried. */
export function hasProblem({ state }: Alias): boolean {
  return state === 'down' || state === 'degraded';
}

function isIn(alias: Alias, state: (typeof STATES)[number]): boolean {
  return state === 'problems' ? hasProblem(alias) : alias.routes.some((route) => route.state === state);
}

function textsOf({ alias, routes }: Alias): readonly string[] {
  return [alias, ...routes.flatMap(({ backend, model }) => [backend, model])];
}

/** Every backend that a route names, by name. */
export function backendsOf(aliases: readonly Alias[]): readonly string[] {
  return [...new Set(aliases.flatMap(({ routes }) => routes.map(({ backend }) => backend)))].toSorted((one, other) =>
    one.localeCompare(other),
  );
}

/** The routes that lead to a backend, each with its alias. */
export function usesOf(backend: string, aliases: readonly Alias[]): readonly { alias: Alias; route: Route }[] {
  return aliases.flatMap((alias) =>
    alias.routes.filter((route) => route.backend === backend).map((route) => ({ alias, route })),
  );
}

/** The aliases that nothing would serve any more without a backend, their fallbacks included. */
export function orphansWithout(backend: string, aliases: readonly Alias[]): readonly string[] {
  const byName = new Map(aliases.map((alias) => [alias.alias, alias]));
  const isServed = ({ routes, fallbacks }: Alias, without: string | undefined): boolean =>
    [...routes, ...fallbacks.flatMap((name) => byName.get(name)?.routes ?? [])].some(
      (route) => route.enabled && !route.draining && route.backend !== without,
    );
  return aliases.filter((alias) => isServed(alias, undefined) && !isServed(alias, backend)).map(({ alias }) => alias);
}
