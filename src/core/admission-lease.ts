import type { ExchangeRecord } from './record.ts';

/**
 * What a policy has let a request take: a token, a slot, a hold on a budget. Each policy has a subclass whose `onSettled`
 * gives back what is to be given back.
 */
export abstract class AdmissionLease {
  /** The lease that its request took before. So the leases of a request are a list, newest first, without an array. */
  earlier: AdmissionLease | undefined;
  #isSettled = false;

  /** Settles it. Later calls do nothing. `record`: what the request came to; undefined: it was not let in after all. */
  settle(record: ExchangeRecord | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.onSettled(record);
  }

  /** Called exactly once. Synchronous, for it is on the request's path: what takes longer is handed to somebody else. */
  protected abstract onSettled(record: ExchangeRecord | undefined): void;
}

/** Whether a request has cost nobody anything: it got an error before any backend was asked, or was not let in. */
export function wasForNothing(record: Pick<ExchangeRecord, 'attempts' | 'status'> | undefined): boolean {
  return record === undefined || (record.attempts === 0 && record.status >= 400);
}
