import type { Attempt } from './attempt.ts';
import type { Failure } from './failure.ts';
import type { Refusal } from './refusal.ts';
import type { Source } from './source.ts';

/** What came of an admitted request: an answer to give to the client, or none. */
export type Outcome = Answer | Exhausted | Refused;

/** What the client is given, good or to be passed on as it is. */
export type Answer = PlainAnswer | LongSource | StreamSource;

/** What any answer says of itself. */
interface AnswerHead {
  /** The attempt that it comes from; undefined where none was made for this request. */
  readonly attempt?: Attempt | undefined;
  readonly status: number;
  readonly headers: Headers;
}

/** An answer that is whole. */
export interface PlainAnswer extends AnswerHead {
  readonly type: 'plain';
  readonly body: Uint8Array<ArrayBuffer>;
  /** The upstream's body, parsed, where it is JSON. */
  readonly json: unknown;
  /** The body is the events of a stream: it was translated for a client that was promised one. */
  readonly isStream?: boolean;
}

/** An answer too long to be held, or one of media: its bytes go out as they come. */
export interface LongSource extends AnswerHead, Source {
  readonly type: 'long';
  /**
   * All of it after all, parsed, for those who can use nothing less; undefined, and it is given up, if it is more than
   * `mostBytes`. Rejects if it breaks off or is no JSON.
   */
  whole(mostBytes: number): Promise<unknown>;
}

/** The events of a stream, in the client's dialect: whole events in each piece. */
export interface StreamSource extends AnswerHead, Source {
  readonly type: 'stream';
}

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

/** Whether the client is given an answer. */
export function isAnswer(outcome: { readonly type: Outcome['type'] | 'sliced' }): outcome is Answer {
  return outcome.type === 'plain' || outcome.type === 'stream' || outcome.type === 'long';
}
