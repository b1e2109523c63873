import { isProxied, sendByFetch } from '../http/by-fetch.ts';
import { HttpClient } from '../http/client.ts';
import type { Transport } from './transport.ts';

/**
 * How requests reach a provider over HTTP. They go over connections of this backend alone, so that no other's keys or TLS
 * settings meet in them. Where the environment names a proxy Bun's `fetch` takes them, which knows how to speak with one.
 */
export function httpTransport(url: string, keepAlive = true): Transport {
  if (isProxied(new URL(url))) return { send: (request) => sendByFetch(url, request) };
  const client = new HttpClient(url, { keepAlive });
  return { send: (request) => client.send(request), retire: () => client.retire() };
}
