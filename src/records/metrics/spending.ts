import { TOKEN_CLASSES, type TokenClasses } from '../../core/token-classes.ts';
import type { AttemptRecord, ExchangeRecord } from '../../core/record.ts';
import { nanoUsdOf } from '../cost-of-tries.ts';
import { counter } from './families.ts';
import type { CounterSeries, Family } from './prometheus.ts';
import { within } from './within.ts';

const NANO = 1e9;
const ROUTE = ['alias', 'backend', 'model'];

/** The classes of tokens as labels have them. */
const CLASSES: Readonly<Record<keyof TokenClasses, string>> = {
  input: 'input',
  cacheRead: 'cache_read',
  cacheWrite5m: 'cache_write_5m',
  cacheWrite1h: 'cache_write_1h',
  output: 'output',
  reasoning: 'reasoning',
  audioIn: 'audio_input',
  audioOut: 'audio_output',
  imageIn: 'image_input',
  imageOut: 'image_output',
};

/** What is counted of a route: looked up once, then at hand. */
interface RouteSpending {
  /** In nano-USD. */
  readonly cost: CounterSeries;
  readonly unpriced: CounterSeries;
  readonly tokens: Partial<Record<keyof TokenClasses, CounterSeries>>;
}

/** What requests use and cost, of all their attempts. Labels come from the config, and teams from operators. */
export class Spending {
  readonly #cost = counter(
    'cost_usd_total',
    'What attempts have cost, in USD, as far as it is known; see unpriced_requests_total.',
    ROUTE,
    NANO,
  );
  readonly #teamCost = counter(
    'team_cost_usd_total',
    'The same by the team of the key; empty: it has none.',
    ['team'],
    NANO,
  );
  readonly #unpriced = counter(
    'unpriced_requests_total',
    'Requests of which something has no price, by the route that has used it: what that cost is in no sum.',
    ROUTE,
  );
  readonly #tokens = counter(
    'usage_tokens_total',
    'Tokens of all attempts by classes that do not overlap, estimated where they were not reported.',
    ['alias', 'backend', 'class'],
  );
  readonly families: readonly Family[] = [this.#cost, this.#teamCost, this.#unpriced, this.#tokens];
  readonly #routes = new Map<string, Map<string, Map<string, RouteSpending>>>();
  readonly #teams = new Map<string, CounterSeries>();

  /** Begins with 0 what rates and alerts look at: alias, backend and model. */
  expect(routes: readonly (readonly string[])[]): void {
    for (const values of routes) {
      this.#cost.series(...values);
      this.#unpriced.series(...values);
    }
  }

  /** Counts a request, once, at its end. */
  record({ tries, team }: Pick<ExchangeRecord, 'tries' | 'team'>): void {
    let isCounted = false;
    for (const tried of tries) {
      const { usage, cost } = tried;
      if (usage === undefined) continue;
      const route = this.#routeOf(tried);
      for (const name of TOKEN_CLASSES) if (usage[name] > 0) this.#tokensOf(route, tried, name).add(usage[name]);
      if (cost === null && !isCounted) {
        route.unpriced.add();
        isCounted = true;
      } else if (cost !== null && cost !== undefined && cost.nanoUsd > 0) route.cost.add(cost.nanoUsd);
    }
    const nanoUsd = nanoUsdOf(tries);
    if (nanoUsd !== undefined) this.#teamOf(team ?? '').add(nanoUsd);
  }

  #routeOf({ aliasLabel, backend, modelLabel }: AttemptRecord): RouteSpending {
    const known = this.#routes.get(aliasLabel)?.get(backend)?.get(modelLabel);
    if (known !== undefined) return known;
    const added: RouteSpending = {
      cost: this.#cost.series(aliasLabel, backend, modelLabel),
      unpriced: this.#unpriced.series(aliasLabel, backend, modelLabel),
      tokens: {},
    };
    within(within(this.#routes, aliasLabel), backend).set(modelLabel, added);
    return added;
  }

  #tokensOf(
    { tokens }: RouteSpending,
    { aliasLabel, backend }: AttemptRecord,
    name: keyof TokenClasses,
  ): CounterSeries {
    return (tokens[name] ??= this.#tokens.series(aliasLabel, backend, CLASSES[name]));
  }

  #teamOf(team: string): CounterSeries {
    let series = this.#teams.get(team);
    if (series === undefined) this.#teams.set(team, (series = this.#teamCost.series(team)));
    return series;
  }
}
