import type { Finish, FinishReason } from '../../core/completion.ts';
import { asString } from '../../lib/json.ts';

/** What an answer holds, as far as it decides what its end means. */
export interface Said {
  readonly calls: boolean;
  readonly refusal: boolean;
}

/** Reads a `finish_reason`. Some vendors leave it empty, others say `stop` where tools are to be called. */
export function decodeFinish(value: unknown, said: Said): Finish {
  const raw = asString(value);
  const reason = raw === undefined || raw === '' ? 'stop' : (REASONS.get(raw.toLowerCase()) ?? 'other');
  if (reason !== 'stop') return { reason, raw };
  if (said.calls) return { reason: 'tool_calls', raw };
  return { reason: said.refusal ? 'refusal' : 'stop', raw };
}

/** Writes one. A refusal without words would be an empty answer that looks whole. */
export function encodeFinish({ reason }: Finish, said: Said): string {
  if (reason === 'refusal') return said.refusal ? 'stop' : 'content_filter';
  return WORDS[reason];
}

const WORDS: Readonly<Record<Exclude<FinishReason, 'refusal'>, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  pause: 'stop',
  other: 'stop',
};

/** OpenAI's words and those that vendors pass on from what they run. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>(
  Object.entries({
    stop: 'stop',
    end_turn: 'stop',
    eos: 'stop',
    eos_token: 'stop',
    complete: 'stop',
    completed: 'stop',
    stop_sequence: 'stop_sequence',
    length: 'length',
    max_tokens: 'length',
    model_length: 'length',
    max_output_tokens: 'length',
    tool_calls: 'tool_calls',
    tool_use: 'tool_calls',
    function_call: 'tool_calls',
    content_filter: 'content_filter',
    sensitive: 'content_filter',
    safety: 'content_filter',
    recitation: 'content_filter',
    refusal: 'refusal',
  }),
);
