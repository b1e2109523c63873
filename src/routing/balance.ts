import { expectedMs } from '../core/backend-live.ts';
import type { Balance, Route } from '../core/route.ts';

/** What a rule may look at besides the routes. */
export interface BalanceContext {
  /** The count of `round_robin`, which goes up with each call. */
  nextCount(): number;
  /** What identifies the conversation, for `session`; asked only then. */
  conversation(): string;
  random(): number;
  /** Monotonic milliseconds. */
  readonly now: number;
}

/** Orders the routes of one priority: the first is tried first, the others are its stand-ins. `routes` is not changed. */
export function balanced(routes: readonly Route[], rule: Balance, context: BalanceContext): readonly Route[] {
  if (routes.length < 2) return routes;
  return RULES[rule](routes, context);
}

const RULES: Readonly<Record<Balance, (routes: readonly Route[], context: BalanceContext) => readonly Route[]>> = {
  random: (routes, { random }) => byScore(routes, (route) => weightedDraw(route.weight, random())),

  // Each turn goes to the route into whose share of the whole it falls, so that weights hold exactly over a round.
  round_robin: (routes, { nextCount }) => {
    const first = indexOfCount(routes, nextCount());
    return [...routes.slice(first), ...routes.slice(0, first)];
  },

  least_busy: (routes, { random }) =>
    byScore(
      routes,
      (route) => -(route.backend.live.inFlight + 1) / Math.max(route.weight, Number.MIN_VALUE) + random() * 1e-9,
    ),

  latency: (routes, { random, now }) => {
    const [one, other] = twoOf(routes, random);
    const first = cost(one, now) <= cost(other, now) ? one : other;
    return [first, ...byScore(routes, (route) => -cost(route, now)).filter((route) => route !== first)];
  },

  // Rendezvous hashing: a route that comes or goes moves only its own conversations.
  session: (routes, { conversation }) => {
    const start = conversation();
    return byScore(routes, (route) => weightedDraw(route.weight, uniform(`${route.key}\0${start}`)));
  },
};

/** A key whose descending order is a weighted shuffle (Efraimidis and Spirakis, 2006): -ln(u)/w is least for the winner. */
function weightedDraw(weight: number, uniformDraw: number): number {
  return weight === 0 ? -Infinity : Math.log(1 - uniformDraw) / weight;
}

/** Expected wait: the average time to the first token, times those who share the backend. Unmeasured routes are tried first. */
function cost(route: Route, now: number): number {
  return (
    (expectedMs(route.latency, now) * (route.backend.live.inFlight + 1)) / Math.max(route.weight, Number.MIN_VALUE)
  );
}

function byScore(routes: readonly Route[], score: (route: Route) => number): readonly Route[] {
  return routes
    .map((route) => ({ route, score: score(route) }))
    .sort((a, b) => (a.score === b.score ? 0 : a.score < b.score ? 1 : -1))
    .map(({ route }) => route);
}

function indexOfCount(routes: readonly Route[], count: number): number {
  const weights = smoothWeights(routes);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return count % routes.length;
  // Smooth weighted round robin, replayed up to this count: it spreads the heavy route instead of bunching it.
  const current = weights.map(() => 0);
  let chosen = 0;
  for (let step = 0; step <= count % total; step++) {
    chosen = 0;
    for (let i = 0; i < weights.length; i++) {
      current[i] = (current[i] ?? 0) + (weights[i] ?? 0);
      if ((current[i] ?? 0) > (current[chosen] ?? 0)) chosen = i;
    }
    current[chosen] = (current[chosen] ?? 0) - total;
  }
  return chosen;
}

/** Weights as small whole numbers, so that a round is short. */
function smoothWeights(routes: readonly Route[]): number[] {
  const most = Math.max(...routes.map((route) => route.weight));
  const scale = routes.every((route) => Number.isInteger(route.weight)) && most <= 100 ? 1 : 100 / most;
  return routes.map((route) => (most === 0 ? 0 : Math.round(route.weight * scale)));
}

function twoOf(routes: readonly Route[], random: () => number): [Route, Route] {
  const first = Math.floor(random() * routes.length);
  const second = (first + 1 + Math.floor(random() * (routes.length - 1))) % routes.length;
  return [routes[first] as Route, routes[second] as Route];
}

/** A number in [0, 1) that is the same for the same text, in every process. */
function uniform(text: string): number {
  return Number(BigInt.asUintN(53, Bun.hash.wyhash(text))) / 2 ** 53;
}
