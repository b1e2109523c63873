import type { AdmissionLease } from './admission-lease.ts';
import type { ExchangeRecord } from './record.ts';
import { SpendLease } from './spend-lease.ts';

/** What the policies have let an exchange take. */
export class Leases {
  /** Every policy has let the exchange in. */
  isComplete = false;
  #newest: AdmissionLease | undefined;
  #spending: SpendLease | undefined;

  /** The hold on budgets among them; it stays for whoever tells of it after it was settled. */
  get spending(): SpendLease | undefined {
    return this.#spending;
  }

  add(lease: AdmissionLease): void {
    if (lease instanceof SpendLease) this.#spending = lease;
    lease.earlier = this.#newest;
    this.#newest = lease;
  }

  /** Whether any of them is one that `matches`. */
  some(matches: (lease: AdmissionLease) => boolean): boolean {
    for (let lease = this.#newest; lease !== undefined; lease = lease.earlier) if (matches(lease)) return true;
    return false;
  }

  /**
   * Settles all of them, the newest first. `record`: what the exchange came to; undefined: it was not let in. A lease that
   * throws is a bug: `onBug` is told, and the others are settled all the same.
   */
  settle(record: ExchangeRecord | undefined, onBug: (error: unknown) => void): void {
    let lease = this.#newest;
    this.#newest = undefined;
    for (; lease !== undefined; lease = lease.earlier) {
      try {
        lease.settle(record);
      } catch (error) {
        onBug(error);
      }
    }
  }
}
