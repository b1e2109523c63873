import type { Config } from '../config/schema.ts';
import type { Backend } from '../core/route.ts';
import { dialectOf } from '../vendors/dialects.ts';
import { placeBackend } from '../vendors/place.ts';
import { quirksOf } from './quirks.ts';
import type { TransportPlan } from './transport.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a backend's config amounts to, together with what is known of its vendor. */
export type ResolvedBackend = Pick<Backend, 'apiKey' | 'protocols' | 'credential' | 'quirks' | 'checkHeaders'> & {
  readonly plan: TransportPlan;
};

/** Resolves one backend of a validated config. AWS credentials and region may come from `env`. */
export function resolveBackend(config: Config['backends'][number], env: Environment = process.env): ResolvedBackend {
  const found = placeBackend(config, env);
  if ('problems' in found) {
    // Validation has turned such a config down, unless the environment is another one.
    const [problem] = found.problems;
    throw new Error(`backend ${config.name}: ${problem?.key} ${problem?.message}`);
  }
  const { vendor, endpoint, url, protocols, signer } = found.place;
  const dialect = dialectOf(endpoint.protocols[0]);
  const { api_key: apiKey, api_version: apiVersion, keep_alive: keepAlive } = config;
  return {
    apiKey,
    protocols,
    credential: signer === undefined ? (endpoint.credential ?? dialect.credential) : 'none',
    quirks: quirksOf(vendor, config.quirks, endpoint),
    checkHeaders: dialect.headers,
    plan: { url, apiKey, signer, shape: endpoint.shape, apiVersion, keepAlive },
  };
}
