import type { Failure } from '../core/failure.ts';
import { transportFailure } from '../core/failure.ts';
import type { BrokenEnd } from '../protocols/shared/finish/words.ts';
import type { AttemptContext } from './settle.ts';
import { classify } from './settle.ts';

/**
 * The failure that an answer is which says of itself that it is not whole. It is never passed on as it is: no client takes
 * it for an error. What the model could not write is not the backend's fault: whoever asks for it again would take the
 * route away from all others.
 */
export function brokenEndFailure(
  { word, cause, error }: BrokenEnd,
  headers: Headers,
  ongoing: AttemptContext,
): Failure {
  if (error === undefined) return transportFailure(cause === 'server' ? 'broken_answer' : 'generation_failed', word);
  const failure = classify({ status: 200, headers, body: new Uint8Array() }, error, ongoing);
  return { ...failure, detail: failure.detail ?? word, answer: undefined };
}
