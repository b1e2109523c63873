import type { FailureKind } from '../../core/failure.ts';
import type { Alias } from '../../core/route.ts';
import type { Outcome } from './outcome.ts';

/** The label values of series that begin at 0, by the metric. */
export interface ExpectedSeries {
  /** Alias and outcome. */
  readonly aliasRequests: readonly string[][];
  /** Backend, model and outcome. */
  readonly attempts: readonly string[][];
  /** Backend and model. */
  readonly rejectedThenServed: readonly string[][];
  /** Alias, backend and model. */
  readonly routes: readonly string[][];
  /** Alias and backend. */
  readonly interrupted: readonly string[][];
}

/** A metric that would have more begins with none: each takes memory, and about 110 bytes of every scrape. */
export const MOST_EXPECTED = 2000;

/** What clients are let down or served by otherwise, and what shares of it are taken of. */
const ALIAS_OUTCOMES: readonly Outcome[] = [
  'served',
  'failover',
  'fallback',
  'interrupted',
  'failed',
  'turned_away',
  'rejected',
  'limited',
  'gave_up',
  'client_left',
];

/** What a few of say enough: a key that is refused, the gateway's own lack; and what shares are taken of. */
const GRAVE: readonly (FailureKind | 'success')[] = ['success', 'refused', 'own_lack'];

/** Those, and all else that alerts count against a backend. */
const ATTEMPT_OUTCOMES: readonly (FailureKind | 'success')[] = [
  ...GRAVE,
  'connection_failed',
  'connection_reset',
  'connect_timeout',
  'first_byte_timeout',
  'read_timeout',
  'total_timeout',
  'rate_limited',
  'overloaded',
  'server_error',
  'not_found',
  'broken_answer',
  'generation_failed',
  'looped',
];

/**
 * What the alerts of deploy/prometheus look at. To Prometheus a count that is first seen at 20 has not grown, so the first
 * failures of an alias or a backend would go unnoticed.
 */
export function expectedSeries(aliases: readonly Alias[]): ExpectedSeries {
  const routes = aliases.flatMap(({ name, tiers }) =>
    tiers.flat().map(({ backend, modelLabel }) => ({ alias: name, backend: backend.name, model: modelLabel })),
  );
  const names = aliases.map(({ name }) => [name]);
  const models = distinct(routes.map(({ backend, model }) => [backend, model]));
  const attempts = few(models, ATTEMPT_OUTCOMES);
  return {
    aliasRequests: few(names, ALIAS_OUTCOMES),
    attempts: attempts.length > 0 ? attempts : few(models, GRAVE),
    rejectedThenServed: few(models),
    routes: few(distinct(routes.map(({ alias, backend, model }) => [alias, backend, model]))),
    interrupted: few(distinct(routes.map(({ alias, backend }) => [alias, backend]))),
  };
}

/** Each of `labels` with each of `outcomes`, unless that is too many. */
function few(labels: readonly string[][], outcomes?: readonly string[]): readonly string[][] {
  if (labels.length * (outcomes?.length ?? 1) > MOST_EXPECTED) return [];
  if (outcomes === undefined) return labels;
  return labels.flatMap((values) => outcomes.map((outcome) => [...values, outcome]));
}

function distinct(labels: readonly string[][]): string[][] {
  return [...new Map(labels.map((values) => [values.join('\0'), values])).values()];
}
