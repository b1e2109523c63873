import type { Finish, FinishReason } from '../../core/completion.ts';

/** Google's words and what they come to. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>(
  Object.entries({
    STOP: 'stop',
    MAX_TOKENS: 'length',
    CONTINUATION: 'length',
    SAFETY: 'content_filter',
    RECITATION: 'content_filter',
    BLOCKLIST: 'content_filter',
    PROHIBITED_CONTENT: 'content_filter',
    SPII: 'content_filter',
    IMAGE_SAFETY: 'content_filter',
    IMAGE_PROHIBITED_CONTENT: 'content_filter',
    IMAGE_RECITATION: 'content_filter',
    MODEL_ARMOR: 'content_filter',
    JAILBREAK: 'content_filter',
    LANGUAGE: 'other',
    OTHER: 'other',
    MALFORMED_FUNCTION_CALL: 'other',
    UNEXPECTED_TOOL_CALL: 'other',
    TOO_MANY_TOOL_CALLS: 'other',
    MISSING_THOUGHT_SIGNATURE: 'other',
    MALFORMED_RESPONSE: 'other',
    IMAGE_OTHER: 'other',
    NO_IMAGE: 'other',
  }),
);

/** Reads a candidate's `finishReason`. An answer that ends in calls ends with `STOP`, like any other. */
export function decodeFinish(word: string | undefined, hasCalls: boolean): Finish {
  const reason = word === undefined ? 'other' : (REASONS.get(word) ?? REASONS.get(word.toUpperCase()) ?? 'other');
  return { reason: reason === 'stop' && hasCalls ? 'tool_calls' : reason, raw: word };
}

/** Reads a prompt's `blockReason`: the answer is that there is none. */
export function decodeBlocked(word: string): Finish {
  return { reason: 'content_filter', raw: word };
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
};

/** Writes the same. */
export function encodeFinish({ reason, raw }: Finish): string {
  return raw !== undefined && REASONS.get(raw) === reason ? raw : WORDS[reason];
}
