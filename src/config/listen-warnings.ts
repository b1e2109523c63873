import { hostname, networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { placeBackend } from '../vendors/place.ts';
import type { Environment } from '../lib/environment.ts';
import type { ListenChoice } from './listen-choice.ts';
import { isEverywhere, isLoopback, type ListenAddress, parseListen } from './listen.ts';
import type { Finding } from './messages.ts';
import type { Config } from './schema.ts';

type TcpAddress = Extract<ListenAddress, { kind: 'tcp' }>;

/** Backends at the gateway's own address: each request to one would come back to the gateway. */
export function backendsAtOwnAddress({ backends }: Config, { value }: ListenChoice, env: Environment): Finding[] {
  const own = parseListen(value);
  if (own.kind !== 'tcp' || own.port === 0) return [];
  return backends.flatMap((backend, index) => {
    const found = placeBackend(backend, env);
    const url = 'place' in found ? URL.parse(found.place.url) : null;
    // The gateway speaks no TLS, so a request over https:// fails and does not loop.
    if (
      url?.protocol !== 'http:' ||
      Number(url.port || 80) !== own.port ||
      !isReachedAt(own, withoutBrackets(url.hostname))
    )
      return [];
    const message = `is the address where this gateway listens (${value}): each request would come back to it until it answers 508 (use the URL of a provider, or another port)`;
    return [{ path: ['backends', index, 'url'], message }];
  });
}

/**
 * A loopback address in the config, while the environment (that of a container image, say) wants the gateway to be reached
 * from elsewhere: a published port leads to the container's other addresses.
 */
export function loopbackInContainer({ value, from }: ListenChoice, env: Environment): Finding[] {
  const given = env['LLM_PROXY_LISTEN'] ?? '';
  if (from !== 'listen' || given === '') return [];
  const [own, wanted] = [parseListen(value), readListen(given)];
  if (own.kind !== 'tcp' || !isLoopback(own) || wanted === undefined || isLoopback(wanted)) return [];
  const message = `overrides LLM_PROXY_LISTEN=${given}: the gateway listens on loopback only, and the published port of a container does not reach it (remove listen)`;
  return [{ path: ['listen'], message }];
}

function readListen(text: string): ListenAddress | undefined {
  try {
    return parseListen(text);
  } catch {
    // An invalid variable does not matter here: the config overrides it.
    return undefined;
  }
}

/** Whether a connection from this machine to `host` reaches the address. */
function isReachedAt(own: TcpAddress, host: string): boolean {
  const listened = own.hostname?.toLowerCase();
  if (listened === host) return true;
  const asked = isLocalName(host);
  if (isEverywhere(own)) return asked || isOwnInterface(host) || host === hostname().toLowerCase();
  return asked && isLocalName(listened ?? '');
}

/** A loopback name or address, or the unspecified address, which connects to loopback. */
function isLocalName(host: string): boolean {
  if (/^(?:.+\.)?localhost$/.test(host)) return true;
  if (!ipaddr.isValid(host)) return false;
  const range = ipaddr.process(host).range();
  return range === 'loopback' || range === 'unspecified';
}

function isOwnInterface(host: string): boolean {
  if (!ipaddr.isValid(host)) return false;
  const wanted = ipaddr.process(host).toString();
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => ipaddr.isValid(address) && ipaddr.process(address).toString() === wanted),
  );
}

/** The host of a URL without the brackets of IPv6. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}
