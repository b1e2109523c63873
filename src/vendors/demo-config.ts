import { environmentConfig } from './environment-config.ts';
import { demoWorld } from './demo-world.ts';
import type { Environment } from '../lib/environment.ts';

/**
 * The config of the demo: its own models under their names, and models of well-known makers that it plays. Undefined where
 * `env` has a provider's key: then real requests may come, and nothing is made up beside them.
 */
export function demoConfigOf(env: Environment) {
  const { backends, models } = environmentConfig(env);
  if (backends.some(({ api_key: key }) => key !== undefined)) return undefined;
  const world = demoWorld();
  return {
    backends: [...backends, ...world.backends],
    models: { ...models, ...world.models },
    prices: world.prices,
  };
}
