import type { Environment } from '../../lib/environment.ts';
import { isProxied, sendByFetch } from '../http/by-fetch.ts';
import { HttpClient } from '../http/client.ts';
import type { Transport } from './transport.ts';

/**
 * How requests reach a provider over HTTP. They go over connections of this backend alone, so that no other's keys or TLS
 * settings meet in them. Where `env` names a proxy Bun's `fetch` takes them, which knows how to speak with one.
 */
export function httpTransport(url: string, env: Environment, keepAlive = true): Transport {
  if (isProxied(new URL(url), env)) return { send: (request) => sendByFetch(url, request) };
  // As in Node and in Bun's fetch. It is the operator's own doing, and the only way to switch this off.
  const verifiesTls = env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0';
  const client = new HttpClient(url, { keepAlive, verifiesTls });
  return { send: (request) => client.send(request), retire: () => client.retire() };
}
