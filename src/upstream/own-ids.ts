import type { PlainAnswer } from '../core/outcome.ts';
import { AnswerIds } from './answer-ids.ts';
import type { AttemptContext } from './settle.ts';

/** An answer, and the same parsed. */
export type Parsed = Pick<PlainAnswer, 'body' | 'json'>;

/** With the ids in it as they are for this caller, where callers have ids of their own. */
export function withOwnIds(body: Uint8Array<ArrayBuffer>, json: unknown, ongoing: AttemptContext): Parsed {
  const ids = AnswerIds.for(ongoing);
  if (ids === undefined) return { body, json };
  const text = decoder.decode(body);
  const sealed = ids.sealed(text, json);
  return sealed === text ? { body, json } : { body: encoder.encode(sealed), json: JSON.parse(sealed) };
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
