import type { StreamAnswer } from './stream-answer.ts';

/** What an upstream answered, good or to be passed on as it is. */
export type Answer = PlainAnswer | LongAnswer | StreamAnswer;

/** An answer that is whole. */
export interface PlainAnswer {
  readonly type: 'plain';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The parsed body, where it is JSON. */
  readonly json: unknown;
}

/** An answer too long to be held, or one of media: its bytes go out as they come. */
export interface LongAnswer {
  readonly type: 'long';
  readonly status: number;
  readonly headers: Headers;
  /** The next bytes; undefined at the end. Rejects if the answer breaks off. */
  next(): Promise<Uint8Array | undefined>;
  /** To be called when nobody wants the rest. */
  cancel(): void;
}
