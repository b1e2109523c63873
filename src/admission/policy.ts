import type { Context } from '../context.ts';
import type { AdmissionLease } from '../core/admission-lease.ts';
import type { Exchange } from '../core/exchange.ts';

/**
 * One rule of who may come in, and when. A policy is a constant: what it counts outlives requests and reloads, and stands
 * in the context. `policies.ts` has them in order.
 */
export interface Policy {
  readonly name: string;
  /**
   * Throws the Refusal of a request that would be refused in any case, before its body is read for nothing. Nothing is
   * taken, and of the exchange only the head is known.
   */
  check?(exchange: Exchange, context: Context): void;
  /**
   * Lets the request in, now or later, and tells what it has taken; undefined: nothing. Throws or rejects with a Refusal,
   * and then has taken nothing. It must not throw behind what it has taken. A policy that waits ends the wait when the
   * exchange is aborted; one that does not need to wait returns no promise.
   */
  admit(exchange: Exchange, context: Context): Admission | Promise<Admission>;
  /** The lease of a request that was let in before a reload has put the policy into force; without it, none. */
  adopt?(exchange: Exchange, context: Context): Admission;
}

/** What a request that was let in has taken. */
export type Admission = AdmissionLease | undefined;
