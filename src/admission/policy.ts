import type { Context } from '../context.ts';
import type { AdmissionLease } from '../core/admission-lease.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Refusal } from '../core/refusal.ts';
import type { NamedAlias } from '../core/route.ts';

/**
 * One rule of who may come in, and when. There is one for the life of the process, of a feature that keeps what it counts
 * (`feature.ts`); `features.ts` has them in order.
 */
export interface Policy {
  readonly name: string;
  /** It limits what reaches a backend: what a link answers before that (a cache) does not meet it. */
  readonly isForBackends?: true;
  /**
   * Throws the Refusal of a request that would be refused whatever its body says, so that a large one is not read for
   * nothing. Takes nothing, and knows only the head.
   */
  check?(exchange: Exchange, context: Context): void;
  /**
   * Lets the request in, now or later, and returns the lease of what the request has taken; undefined: nothing. If it
   * throws or rejects, with a Refusal, nothing is taken. A policy returns a promise only if the request must wait, and
   * stops waiting when the exchange is aborted.
   */
  admit(exchange: Exchange, context: Context): Admission | Promise<Admission>;
  /**
   * Lets a request that it has let in go on with another alias than the one that was asked for, and returns the lease of what
   * it has taken for that. Throws a Refusal if it may not. Without it, an alias makes no difference to the policy.
   */
  admitInstead?(exchange: Exchange, named: NamedAlias): Admission;
  /** How near what it limits stands for a request, of which nothing is taken. Without it, nobody is told. */
  levels?(exchange: Exchange, context: Context): readonly LimitLevel[];
  /** Makes a lease for a request that was let in before a reload turned the policy on. Without it, such requests have none. */
  adopt?(exchange: Exchange, context: Context): Admission;
}

/** A limit that a request would meet, and how near it stands. Amounts in whole units; of USD in nano-USD. */
export interface LimitLevel {
  readonly kind: 'requests' | 'tokens' | 'concurrency' | 'budget' | 'queue';
  /** What it is called. */
  readonly limit: string;
  /** Where it is set. */
  readonly key: string;
  /** The time that it is of: `second`, `month`. */
  readonly per: string | undefined;
  readonly unit: 'requests' | 'tokens' | 'usd';
  readonly most: number;
  readonly left: number;
  /** What the request would take of it at first; undefined: nobody knows. */
  readonly needed: number | undefined;
  /** It would refuse the request. */
  readonly refuses: boolean;
  /** What the client would be told, where it is not that too little is left. */
  readonly refusal?: Refusal | undefined;
  /** Milliseconds until all of it is there again; undefined: nobody knows, or never. */
  readonly resetMs: number | undefined;
}

/** What a request that was let in has taken. */
export type Admission = AdmissionLease | undefined;
