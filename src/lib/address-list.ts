import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A set of IP addresses and CIDR ranges. An IPv4 address mapped into IPv6 counts as IPv4. */
export class AddressList {
  readonly #ranges: readonly Range[];

  /** Throws if an entry is neither an address nor a CIDR. */
  constructor(entries: readonly string[]) {
    this.#ranges = entries.map((entry) => {
      if (entry.includes('/')) return ipaddr.parseCIDR(entry);
      const address = ipaddr.process(entry);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    });
  }

  /** True if `address` is in the list; what is no address is not. */
  has(address: string): boolean {
    if (this.#ranges.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#ranges.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits));
  }
}

/** True for an IPv4 or IPv6 address without a port. */
export function isAddress(text: string): boolean {
  return ipaddr.isValid(text);
}
