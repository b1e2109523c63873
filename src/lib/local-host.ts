import ipaddr from 'ipaddr.js';

/** No public name lies below these. */
export const INNER_DOMAINS: readonly string[] = ['.localhost', '.local', '.lan', '.home.arpa', '.internal'];

/** Ranges that are nobody's on the internet. */
const INNER_RANGES: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'linkLocal',
  'uniqueLocal',
  'unspecified',
  'carrierGradeNat',
]);

/** Whether a text is an IP address of the machine itself. */
export function isLoopbackAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

/** Whether a host of a URL, a name or an address, is on this machine or network by its form. */
export function isLocalHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (ipaddr.isValid(name)) return INNER_RANGES.has(ipaddr.process(name).range());
  return !name.includes('.') || INNER_DOMAINS.some((domain) => name.endsWith(domain));
}
