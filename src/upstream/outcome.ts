import type { Attempt } from '../core/attempt.ts';
import type { Failure } from '../core/failure.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Answer } from './answer.ts';

/** What came of all tries: an answer to give to the client, or none. */
export type Outcome = Answer | Exhausted | Refused;

/** No route served. */
export interface Exhausted {
  readonly type: 'exhausted';
  /** The last failure; undefined if nothing could be tried. */
  readonly failure: Failure | undefined;
  /** The last attempt that a backend answered: the client may get that answer. */
  readonly answered: Attempt | undefined;
  /** The earliest moment at which a new request makes sense, in milliseconds from now. */
  readonly retryAfterMs: number;
  /** False where the rules say that the failure is the client's to see: a 400, a content filter. */
  readonly everyRouteTried: boolean;
}

/** It did not come to a try: the request's turn did not come. */
export interface Refused {
  readonly type: 'refused';
  readonly refusal: Refusal;
}
