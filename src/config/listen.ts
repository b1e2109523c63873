import ipaddr from 'ipaddr.js';
import { isLoopbackAddress } from '../lib/local-host.ts';

/** Where to listen; without `hostname` on every interface, with port 0 on any free port. */
export type ListenAddress =
  { kind: 'tcp'; hostname: string | undefined; port: number } | { kind: 'unix'; path: string };

/** What `parseListen` accepts, for messages. */
export const LISTEN_ALLOWED = ':8765, 127.0.0.1:8765, [::1]:8765 or unix:/run/llm-proxy.sock';

/** Parses a `listen` value; throws an Error whose message says what is wrong and what is allowed. */
export function parseListen(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (path === '' || path.includes('\0'))
      throw new Error('has no path after "unix:" (such as unix:/run/llm-proxy.sock)');
    return { kind: 'unix', path };
  }
  if (/^\d+$/.test(text)) throw new Error(`needs a colon before the port: ':${text}'`);
  const colon = text.lastIndexOf(':');
  const port = text.slice(colon + 1);
  if (colon < 0 || !/^\d+$/.test(port)) throw new Error(`has no port (${LISTEN_ALLOWED})`);
  if (Number(port) > 65_535) throw new Error(`has port ${port} (0 to 65535; 0 is any free port)`);
  return { kind: 'tcp', hostname: parseHost(text.slice(0, colon)), port: Number(port) };
}

/** The `listen` value of the console: without a host it is this machine's alone, for nobody is to open it without a word. */
export function consoleListen(value: string): string {
  return value.startsWith(':') ? `127.0.0.1${value}` : value;
}

/** Whether only this machine can reach `address`. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true;
  if (address.hostname === undefined) return false;
  if (address.hostname.toLowerCase() === 'localhost') return true;
  return isLoopbackAddress(address.hostname);
}

/** The `listen` value that stands for an address. */
export function formatListen(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { hostname = '', port } = address;
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

/** The URL that reaches the address from this machine. */
export function localUrl({ hostname, port }: Extract<ListenAddress, { kind: 'tcp' }>): string {
  const host = hostname === undefined || hostname === '0.0.0.0' ? '127.0.0.1' : isAnyIpv6(hostname) ? '::1' : hostname;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether the address is every interface of the machine, of IPv4, IPv6 or both. */
export function isEverywhere({ hostname }: Extract<ListenAddress, { kind: 'tcp' }>): boolean {
  return hostname === undefined || hostname === '0.0.0.0' || isAnyIpv6(hostname);
}

function isAnyIpv6(hostname: string): boolean {
  return ipaddr.IPv6.isValid(hostname) && ipaddr.IPv6.parse(hostname).range() === 'unspecified';
}

function parseHost(host: string): string | undefined {
  if (host === '') return undefined;
  if (host.startsWith('[') && host.endsWith(']')) {
    const inner = host.slice(1, -1);
    if (ipaddr.IPv6.isValid(inner)) return inner;
  } else if (ipaddr.IPv4.isValidFourPartDecimal(host) || HOSTNAME.test(host)) {
    return host;
  } else if (ipaddr.IPv6.isValid(host)) {
    throw new Error(`has an IPv6 address without brackets (write [${host}]:8765)`);
  }
  throw new Error(`has no valid host before the port (${LISTEN_ALLOWED})`);
}

/** Labels of letters, digits and hyphens, the last one not all digits: `1.2.3` is a typo, not a name. */
const HOSTNAME = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*(?!\d+$)[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;
