import { transportFailure } from './failure.ts';
import type { Failure } from './failure.ts';

/** What the gateway itself finds wrong with an answer; `detail-words.ts` says what each means. */
export type BrokenDetail =
  | 'invalid_json'
  | 'html'
  | 'no_answer'
  | 'stream_without_content'
  | 'stream_ended_early'
  | 'too_complex'
  | 'malformed'
  | 'unasked_stream'
  | 'abandoned';

/** The failure of an attempt whose answer is broken. */
export function brokenAnswer(detail: BrokenDetail): Failure {
  return transportFailure('broken_answer', detail);
}
