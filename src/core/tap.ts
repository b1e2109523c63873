import type { ExchangeRecord } from './record.ts';

/** Sees what reaches the client of one request: for a log, a cache, a count. It never throws, and keeps nobody waiting. */
export interface Tap {
  /** It reads the request's body at the end, which otherwise is let go of when nothing more is tried. */
  readonly readsRequest?: boolean;
  /**
   * These bytes go to the client, secrets taken out: of a stream whole events, and the comments that keep it alive. They
   * are not the tap's to change, nor to keep but as a copy.
   */
  sent(bytes: Uint8Array): void;
  /** All is over. By the record an answer is known that came whole. */
  ended(record: ExchangeRecord): void;
}
