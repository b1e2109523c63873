import type { Alias, Route } from '../../core/route.ts';
import { balanced } from '../../routing/balance.ts';

/** Whether an alias's rule always gives the same order to the same request in the same state. */
export function isDeterministic(balance: Alias['balance']): boolean {
  return balance === 'round_robin' || balance === 'session';
}

const DRAWS = 2000;

/** How likely each of some routes of one priority comes first by the alias's rule, where chance decides; asked of the rule itself. */
export function sharesOf(routes: readonly Route[], balance: Alias['balance'], now: number): ReadonlyMap<Route, number> {
  const weights = routes.reduce((sum, { weight }) => sum + weight, 0);
  if (balance === 'random' && weights > 0) return new Map(routes.map((route) => [route, route.weight / weights]));
  const random = seeded();
  const counts = new Map<Route, number>(routes.map((route) => [route, 0]));
  for (let draw = 0; draw < DRAWS; draw++) {
    const [first] = balanced(routes, balance, { nextCount: () => draw, conversation: () => '', random, now });
    if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1 / DRAWS);
  }
  return new Map(Array.from(counts, ([route, share]) => [route, Math.round(share * 100) / 100]));
}

/** Numbers in [0, 1) that are the same each time (mulberry32): nobody else's chance is used. */
function seeded(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
