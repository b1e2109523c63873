import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import type { CustomFetchOptions } from 'openid-client';
import { isLocalHost } from '../../lib/local-host.ts';

/** Documents of a provider, keys and tokens are far smaller. */
const MOST_BYTES = 1024 * 1024;

/** A request that is not made, or an answer that is not read. The message names no secret. */
export class ProviderProblem extends Error {
  override readonly name = 'ProviderProblem';
}

/**
 * Asks the provider, for the library of OpenID Connect. Its document may name other hosts: those are asked over https alone, and
 * not within this network unless the issuer itself is there. Nothing is followed, and no more is read than it may be.
 */
export function providerFetch(issuer: string) {
  const own = new URL(issuer);
  return async (url: string, options: CustomFetchOptions): Promise<Response> => {
    const target = new URL(url);
    if (target.host !== own.host || target.protocol !== own.protocol) await checkOther(target, own);
    const { method, headers, body, signal } = options;
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      ...(body === null || body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> | string }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { status } = response;
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      throw new ProviderProblem(`${target.host} redirects (${status}), which is not followed`);
    }
    return new Response(await readUpTo(response, target.host), { status, headers: response.headers });
  };
}

async function checkOther({ protocol, hostname, host }: URL, own: URL): Promise<void> {
  if (protocol !== 'https:' && own.protocol === 'https:')
    throw new ProviderProblem(`${host} is not asked without https`);
  if (isLocalHost(own.hostname)) return;
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = ipaddr.isValid(name) ? [name] : (await lookup(name, { all: true })).map(({ address }) => address);
  if (isLocalHost(name) || addresses.some(isLocalHost))
    throw new ProviderProblem(`${host} is an address of this network, and the issuer is not`);
}

async function readUpTo(response: Response, host: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (response.body === null) return null;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > MOST_BYTES) throw new ProviderProblem(`${host} sends more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
