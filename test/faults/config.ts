// The gateway of a campaign: its backends and aliases, and what its reloads change.
import type { Upstream } from '../kit/upstream.ts';
import { randomOf } from './random.ts';

/** The key of the clients, and what begins the key of each backend: to be seen nowhere else. */
export const CLIENT_KEY = 'sk-campaign-0123456789abcdef-client';
export const BACKEND_KEY = 'sk-campaign-0123456789abcdef-backend-';

/** The tries after the first that each alias has. */
export const MAX_RETRIES = 2;

/** Names of the backends that have an upstream, in the order of the upstreams. */
export const BACKENDS = ['a', 'b', 'c', 'd'] as const;

const PROTOCOLS = ['openai', 'openai-responses', 'anthropic', 'gemini'] as const;

/** The backends of each alias by priority; nobody listens at `gone`. */
const ROUTES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  one: [['a']],
  pair: [['a', 'b']],
  tiers: [['gone'], ['c'], ['d', 'a']],
  chain: [['d']],
  deep: [['c']],
  'wild/*': [['b', 'd']],
  'patient/*': [['c', 'd']],
};

/** L2. */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  deep: ['chain'],
  chain: ['pair', 'one'],
  'wild/*': ['one'],
};

/** Longer than any campaign waits for something to happen. */
const FOR_EVER = '120s';
const PATIENT = { first_byte_timeout: FOR_EVER, read_timeout: FOR_EVER, total_timeout: FOR_EVER };

/** How a campaign's config is changed, and how the gateway is told. */
export interface Reload {
  readonly by: 'SIGHUP' | 'POST' | 'the file alone';
  readonly valid: boolean;
  readonly config: object;
}

/** The config after reload number `round` of the campaign of `seed`; 0 is what it starts with. */
export function reloadOf(seed: number, round: number, upstreams: readonly Upstream[]): Reload {
  const random = randomOf(seed, -round - 1);
  const valid = round === 0 || random.chance(0.85);
  const changing = {
    routing: { balance: random.pick(['random', 'round_robin', 'least_busy', 'latency', 'session']) },
    concurrency: {
      enabled: true,
      max_requests: random.between(9, 13),
      max_queue_size: random.between(2, 5),
      queue_timeout: random.pick(['200ms', '2s']),
      overflow: random.pick(['reject', 'drop_oldest']),
      per_backend_limit: random.between(3, 8),
    },
    ...(valid ? {} : { rate_limits: 'no such key' }),
  };
  const cooldownSeconds = random.pick([0.05, 0.1, 0.2]);
  const extra = random.chance(0.3) ? { extra: { routes: [{ backend: 'a', model: 'extra@a' }] } } : {};
  const headers = { 'x-round': String(random.chance(0.5) ? round : 0) };
  const config = {
    ...fixed(cooldownSeconds),
    ...changing,
    proxy_api_key: CLIENT_KEY,
    backends: [
      ...BACKENDS.map((name, at) => ({
        name,
        url: upstreams[at]?.url,
        // Now and then one of them changes its dialect with a reload.
        protocol: randomOf(seed, -1000 - at - (random.chance(0.1) ? round : 0)).pick(PROTOCOLS),
        api_key: BACKEND_KEY + name,
        headers,
      })),
      { name: 'gone', url: 'http://127.0.0.1:1/v1' },
    ],
    models: { ...Object.fromEntries(Object.entries(ROUTES).map(([alias]) => [alias, aliasOf(alias)])), ...extra },
  };
  return { by: random.pick(['SIGHUP', 'POST', 'the file alone']), valid, config };
}

/** The alias by which a request for `model` comes in: what the labels of metrics call it. */
export function aliasFor(model: string): string {
  return model.replace(/\/.*$/, '/*');
}

/** The alias of which an upstream was called, told by the model that it was asked for. */
export function aliasCalled(upstreamModel: string): string {
  if (upstreamModel.startsWith('m')) return 'wild/*';
  return upstreamModel.startsWith('p') && !upstreamModel.includes('@')
    ? 'patient/*'
    : upstreamModel.replace(/@.*$/, '');
}

/** The aliases whose backends may be called for a request that comes in by this one. */
export function aliasesReached(alias: string): string[] {
  return [alias, ...(FALLBACKS[alias] ?? []).flatMap(aliasesReached)];
}

function aliasOf(alias: string): object {
  const routes = (ROUTES[alias] ?? []).flatMap((tier, priority) =>
    tier.map((backend) => ({
      backend,
      model: alias.endsWith('*') ? '*' : `${alias}@${backend}`,
      priority: priority + 1,
    })),
  );
  return { routes, ...(alias === 'patient/*' ? { timeout: PATIENT } : {}) };
}

function fixed(cooldownSeconds: number): object {
  return {
    fallback: {
      max_retries: MAX_RETRIES,
      cooldown_seconds: cooldownSeconds,
      backoff_initial: '5ms',
      backoff_max: '20ms',
      retry_after_max: '10s',
      alias_fallback: FALLBACKS,
    },
    timeout: {
      connect_timeout: '2s',
      first_byte_timeout: '300ms',
      read_timeout: '300ms',
      write_timeout: '800ms',
      total_timeout: '3s',
    },
    stream: { keepalive: '100ms' },
    rate_limit: { enabled: true, global_rps: 100_000, per_ip_rps: 100_000, burst_factor: 1 },
    health_check: { enabled: true, interval: '500ms', timeout: '5s', path: '/models' },
    metrics: { enabled: true, public: true },
    logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
  };
}
