import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** In a list: whoever comes over a Unix socket, and so has no address. */
const NO_ADDRESS = 'unix:';

/** A set of IP addresses and CIDR ranges. An IPv4 address mapped into IPv6 counts as IPv4. */
export class AddressList {
  readonly #ranges: readonly Range[];
  readonly #hasNoAddress: boolean;

  /** Throws if an entry is neither an address, nor a CIDR, nor `unix:`. */
  constructor(entries: readonly string[]) {
    this.#hasNoAddress = entries.includes(NO_ADDRESS);
    const withAddress = entries.filter((entry) => entry !== NO_ADDRESS);
    this.#ranges = withAddress.map((entry) => {
      if (entry.includes('/')) return ipaddr.parseCIDR(entry);
      const address = ipaddr.process(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    });
  }

  /** True if `address` is in the list, empty for a Unix socket; what else is no address is not. */
  has(address: string): boolean {
    if (address === '') return this.#hasNoAddress;
    if (this.#ranges.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#ranges.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits));
  }
}

/** What an address counts by: IPv6 clients own whole networks of /64; IPv4 written as IPv6 is IPv4. */
export function addressKey(ip: string): string {
  if (!ip.includes(':') || !ipaddr.IPv6.isValid(ip)) return ip;
  const address = ipaddr.IPv6.parse(ip);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  return address.parts.slice(0, 4).join(':');
}

/** True for an IPv4 or IPv6 address without a port. */
export function isAddress(text: string): boolean {
  return ipaddr.isValid(text);
}
