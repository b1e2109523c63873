// The gateway of a campaign of spending: its keys, teams, budgets and prices, drawn by the seed, and what reloads change.
import type { Upstream } from '../../kit/upstream.ts';
import { randomOf } from '../random.ts';

/** The key of the operator, who looks at metrics and states. */
export const OPERATOR_KEY = 'sk-spending-0123456789abcdef-operator';

/** The keys of the clients; each is of a team, and `free` of none. */
export const KEYS = ['k0', 'k1', 'k2', 'k3', 'free'] as const;

/** A tree: `left` and `right` share their parent's budgets. */
const TEAM_OF: Readonly<Record<string, string | undefined>> = { k0: 'left', k1: 'left', k2: 'right', k3: 'root' };

/** The names of the backends, in the order of their upstreams, and what a token costs there, in nano-USD. */
export const RATES: Readonly<Record<string, { readonly input: number; readonly output: number }>> = {
  a: { input: 2500, output: 10_000 },
  b: { input: 5000, output: 20_000 },
  c: { input: 1234, output: 7777 },
};
export const BACKENDS = Object.keys(RATES);

/** Who is asked for; `late` lets its streams go out late, and `twice` asks a slow backend's neighbour. */
export const ALIASES = ['one', 'pair', 'twice', 'late', 'deep'] as const;

export type Unit = 'usd' | 'tokens' | 'requests';

/** A budget of the campaign, as one config has it. */
export interface DrawnBudget {
  /** As the database names it. */
  readonly id: string;
  /** As metrics name it. */
  readonly label: string;
  readonly unit: Unit;
  readonly mode: 'hard' | 'soft' | 'observe';
  /** In nano-USD, tokens or requests. */
  readonly limit: number;
}

/** A config, and the budgets in it. */
export interface Drawn {
  readonly config: object;
  readonly budgets: readonly DrawnBudget[];
}

/** What a campaign is played on. */
export interface Ground {
  readonly seed: number;
  readonly upstreams: readonly Upstream[];
  /** Undefined: SQLite. */
  readonly database: string | undefined;
}

/** The config after reload `round`; 0 is the one at the start. */
export function configOf({ seed, upstreams, database }: Ground, round: number): Drawn {
  const drawn: DrawnBudget[] = [];
  const of = (owner: string, label: string, count: number): object[] =>
    Array.from({ length: count }, (_, at) => budgetOf(seed, round, { owner, label, at, drawn }));
  const counts = randomOf(seed, -7);
  const many = (): number => counts.between(0, 2);
  const keys = KEYS.map((name) => {
    const team = TEAM_OF[name];
    const place = team === undefined ? name : `${team}/${name}`;
    const tags = { env: counts.pick(['test', 'prod']) };
    return { name, key: keyFor(name), team, models: ['*'], tags, budgets: of(`key:${place}`, `key:${place}`, many()) };
  });
  const teams = ['root', 'left', 'right'].map((name) => ({
    name,
    ...(name === 'root' ? {} : { parent: 'root' }),
    budgets: of(`team:${name}`, `team:${name}`, many()),
  }));
  const config = {
    proxy_api_key: OPERATOR_KEY,
    data_dir: './data',
    ...(database === undefined ? {} : { database }),
    keys,
    teams,
    budgets: [...of('all', 'all', 1), { ...of('all', 'all', 2)[1], match: { env: 'test' } }],
    prices: Object.fromEntries(
      BACKENDS.map((name) => {
        const { input = 0, output = 0 } = RATES[name] ?? {};
        return [`${name}/*`, { input: input / 1000, output: output / 1000 }];
      }),
    ),
    backends: BACKENDS.map((name, at) => ({
      name,
      url: upstreams[at]?.url,
      protocol: randomOf(seed, -100 - at).pick(['openai', 'openai-responses', 'anthropic', 'gemini']),
      api_key: `sk-spending-backend-${name}`,
    })),
    models: {
      one: { routes: routes('a'), budgets: of('model:one', 'model:one', 1) },
      pair: { routes: routes('a', 'b') },
      twice: { routes: routes('b', 'c'), hedge: { after: '30ms', at_most: '50%' } },
      late: { routes: routes('c', 'a'), commit: 'block' },
      deep: { routes: routes('c'), budgets: of('model:deep', 'model:deep', 1) },
    },
    fallback: {
      max_retries: 2,
      cooldown_seconds: 0.05,
      backoff_initial: '2ms',
      backoff_max: '10ms',
      alias_fallback: { deep: ['pair'] },
    },
    timeout: { first_byte_timeout: '60s', read_timeout: '60s', total_timeout: '120s' },
    concurrency: { enabled: false },
    metrics: { enabled: true, public: true },
    logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
  };
  return { config, budgets: drawn };
}

/** The key of a client. */
export function keyFor(name: string): string {
  return `sk-spending-0123456789abcdef-${name}`;
}

function routes(...backends: string[]): object[] {
  return backends.map((backend, at) => ({ backend, model: `m@${backend}`, priority: at + 1 }));
}

interface Place {
  readonly owner: string;
  readonly label: string;
  readonly at: number;
  readonly drawn: DrawnBudget[];
}

/** A budget keeps its name, unit and window through all reloads; its limit, and now and then its mode, change. */
function budgetOf(seed: number, round: number, { owner, label, at, drawn }: Place): object {
  const lasting = randomOf(seed, numberOf(`${owner} ${at}`));
  const unit: Unit = lasting.pick(['usd', 'tokens', 'requests']);
  const per = lasting.pick(['hour', 'day', 'week', 'month', 'year', 'total']);
  const zone = lasting.pick(['UTC', 'Asia/Kolkata', 'America/St_Johns']);
  const first: DrawnBudget['mode'] = lasting.pick(['hard', 'hard', 'hard', 'soft', 'observe']);
  const wide = owner === 'all' || owner === 'team:root' ? 4 : 1;
  const [least, most] = { usd: [1_000_000, 60_000_000], tokens: [200, 8000], requests: [5, 120] }[unit] as [
    number,
    number,
  ];
  const changing = randomOf(seed, numberOf(`${owner} ${at} ${round}`));
  const limit = (round === 0 ? lasting : changing).between(least, most) * wide;
  const mode: DrawnBudget['mode'] =
    round > 0 && changing.chance(0.08) ? changing.pick(['hard', 'soft', 'observe']) : first;
  const name = `b${at}`;
  const known = drawn.some(({ id }) => id === `${owner}/${name}:${unit}/${per}`);
  if (!known) drawn.push({ id: `${owner}/${name}:${unit}/${per}`, label: `${label}/${name}`, unit, mode, limit });
  const amount = unit === 'usd' ? (limit / 1e9).toFixed(9) : limit;
  return { name, [unit]: amount, per, zone, mode };
}

/** A number for a text, the same in each run; negative, as those of exchanges are not. */
function numberOf(text: string): number {
  return -1000 - (Bun.hash.crc32(text) % 1_000_000_000);
}
