import type { Finish, FinishReason } from '../../core/completion.ts';
import { asObject, asString, asWord } from '../../lib/json.ts';
import { brokenBy, meaningOf, reasonOf, type BrokenEnd } from '../shared/finish/words.ts';

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  pause: 'pause_turn',
  refusal: 'refusal',
  content_filter: 'refusal',
  other: 'end_turn',
};

const WINDOW_FULL = 'model_context_window_exceeded';

/** Reads `stop_reason` and `stop_sequence`. */
export function decodeFinish(stopReason: unknown, stopSequence: unknown): Finish {
  const raw = asWord(stopReason);
  const met = asString(stopSequence);
  return {
    reason: reasonOf(raw) ?? 'other',
    raw,
    ...(met === undefined ? {} : { stopSequence: met }),
  };
}

/** What else in an answer decides its `stop_reason`. */
export interface Said {
  readonly calls: boolean;
  readonly refusal: boolean;
}

/**
 * Writes both. Agents go by the reason: without `tool_use` they would not run the calls, and with it but without calls
 * they would loop.
 */
export function encodeFinish({ reason, raw, stopSequence }: Finish, { calls, refusal }: Said) {
  return { stop_reason: word(), stop_sequence: stopSequence ?? null };

  function word(): string {
    if (reason === 'length' && raw === WINDOW_FULL) return WINDOW_FULL;
    if (reason === 'stop' || reason === 'other' || reason === 'tool_calls') {
      if (calls) return 'tool_use';
      return refusal ? 'refusal' : 'end_turn';
    }
    return WORDS[reason];
  }
}

/** How a plain answer says that it is incomplete. */
export function brokenEnd(body: unknown): BrokenEnd | undefined {
  const message = asObject(body);
  if (!Array.isArray(message?.['content'])) return undefined;
  const { stop_reason: word } = message;
  // Some compatible servers leave it out. `null` says that the message is not finished.
  if (word === undefined) return undefined;
  return meaningOf(word) === 'unfinished' ? NO_REASON : brokenBy(word);
}

/** A message ends although its `stop_reason` says that it is not finished. */
export const NO_REASON: BrokenEnd = { word: 'null', cause: 'server' };
