import { VENDORS } from './vendors.ts';
import type { Environment } from '../lib/environment.ts';

/** The config for these environment variables, as a config file would have it. */
export interface EnvironmentConfig {
  readonly backends: readonly { readonly name: string; readonly url: string; readonly api_key?: string }[];
  readonly models: Readonly<Record<string, { readonly routes: readonly EnvironmentRoute[] }>>;
}

/** The `*` at the end of an alias fills the one in the route's model. */
export interface EnvironmentRoute {
  readonly backend: string;
  readonly model: string;
  readonly priority?: number;
}

/**
 * The config without a config file: a backend for each provider whose key is in `env`, with its models as `<name>/*`
 * and under their own names, and always the embedded demo. An empty key counts as absent.
 */
export function environmentConfig(env: Environment): EnvironmentConfig {
  const found = VENDORS.flatMap(({ name, envKey, endpoints, modelPrefixes = [] }) => {
    const key = envKey === undefined ? undefined : env[envKey]?.trim();
    return key ? [{ backend: { name, url: endpoints[0].url, api_key: key }, modelPrefixes }] : [];
  });
  const models = found.flatMap(({ backend, modelPrefixes }) => [
    alias(`${backend.name}/*`, { backend: backend.name, model: '*' }),
    ...modelPrefixes.map((prefix) => alias(`${prefix}*`, { backend: backend.name, model: `${prefix}*` })),
  ]);
  return {
    backends: [...found.map(({ backend }) => backend), DEMO_BACKEND],
    models: Object.fromEntries([...models, ...DEMO_ALIASES]),
  };
}

const DEMO_BACKEND = { name: 'demo', url: 'demo:' };

/** `demo-failover` shows a new user how a backend fails and the next one takes over. */
const DEMO_ALIASES = [
  ...['demo', 'demo-flaky', 'demo-slow', 'demo-stall', 'demo-cut', 'demo-fail-503', 'demo-fail-*'].map((name) =>
    alias(name, { backend: 'demo', model: name }),
  ),
  alias(
    'demo-failover',
    { backend: 'demo', model: 'demo-fail-503', priority: 1 },
    { backend: 'demo', model: 'demo', priority: 2 },
  ),
];

function alias(name: string, ...routes: EnvironmentRoute[]): [string, { routes: EnvironmentRoute[] }] {
  return [name, { routes }];
}
