import type { Config } from '../config/schema.ts';
import type { Backend } from '../core/route.ts';
import { dialectOf } from '../vendors/dialects.ts';
import { DEMO_URL, placeBackend } from '../vendors/place.ts';
import { vendorAt } from '../vendors/recognise.ts';
import { originOf } from './http/origin.ts';
import { quirksOf } from './quirks.ts';
import type { TransportPlan } from './transports/transport.ts';
import type { Environment } from '../lib/environment.ts';

/** What a backend's config amounts to, together with what is known of its vendor. */
export type ResolvedBackend = Pick<
  Backend,
  'apiKey' | 'place' | 'provider' | 'takesTrace' | 'protocols' | 'credential' | 'quirks' | 'checkHeaders'
> & {
  readonly plan: TransportPlan;
  /** It may lead to another gateway, or back to this one. */
  readonly mayBeGateway: boolean;
};

/** Resolves one backend of a validated config. AWS credentials and region may come from `env`. */
export function resolveBackend(config: Config['backends'][number], env: Environment): ResolvedBackend {
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
    place: url === DEMO_URL ? undefined : placeOf(url),
    provider: vendor?.traceName ?? vendor?.name,
    takesTrace: config.trace,
    protocols,
    credential: signer === undefined ? (endpoint.credential ?? dialect.credential) : 'none',
    quirks: quirksOf(vendor, config.quirks, endpoint),
    checkHeaders: dialect.headers,
    // What is signed must arrive as it was sent, and a known vendor's host is no gateway of ours.
    mayBeGateway: url !== DEMO_URL && signer === undefined && vendorAt(url) === undefined,
    plan: { url, apiKey, signer, shape: endpoint.shape, apiVersion, keepAlive },
  };
}

/** Host and port, the port always: `api.openai.com:443`. */
function placeOf(url: string): string {
  const { hostname, port } = originOf(url);
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
