import type { FinishReason } from '../../../core/completion.ts';
import { asString } from '../../../lib/json.ts';

/** An answer says in its own words that it is incomplete. */
export interface BrokenEnd {
  /** The word as it stood in the answer; `null` if a required one is missing. */
  readonly word: string;
  /**
   * The cause: the server stopped, the model wrote something unusable (another attempt or model may not), or an unknown
   * word.
   */
  readonly cause: 'server' | 'model' | 'unknown';
  /** The error beside it, in a body that `errors.read` understands. */
  readonly error?: unknown;
}

/** What a finish reason means: a good end, not finished yet, or a broken end. */
export type FinishMeaning = FinishReason | 'unfinished' | BrokenEnd;

/**
 * The meaning of a finish reason in any dialect. Vendors, and proxies before them, pass on the words of what they run,
 * in either case and with `-` for `_`. An answer is complete only if the word is known to be good.
 */
export function meaningOf(value: unknown): FinishMeaning {
  const word = asString(value);
  if (word === undefined) return 'unfinished';
  const known = MEANINGS.get(word);
  if (known !== undefined) return known;
  const plain = word.trim().toLowerCase().replaceAll('-', '_');
  // Google's compatible endpoint puts a prefix before its own word: `content_filter: RECITATION`.
  const kind = plain.split(':', 1)[0] ?? '';
  const meaning = MEANINGS.get(plain) ?? MEANINGS.get(kind);
  if (meaning === undefined) return { word: shortened(word), cause: 'unknown' };
  return typeof meaning === 'string' ? meaning : { word: shortened(word), cause: meaning.cause };
}

/** The neutral reason for a word; undefined if it is not a good end. */
export function reasonOf(value: unknown): FinishReason | undefined {
  const meaning = meaningOf(value);
  return typeof meaning === 'string' && meaning !== 'unfinished' ? meaning : undefined;
}

/** The broken end for a word; undefined if it is not a broken end. */
export function brokenBy(value: unknown): BrokenEnd | undefined {
  const meaning = meaningOf(value);
  return typeof meaning === 'string' ? undefined : meaning;
}

/** An upstream chooses the word, and it goes into logs. */
const MOST_CHARACTERS = 60;

function shortened(word: string): string {
  return word.slice(0, MOST_CHARACTERS);
}

/**
 * Words by meaning. Sources (November 2026): the enums of the official SDKs (openai, @anthropic-ai/sdk with betas,
 * @google/genai); for vendors, the remark at the line.
 */
const WORDS: Readonly<Record<FinishReason | 'unfinished' | 'server' | 'model', readonly string[]>> = {
  stop: [
    'stop',
    'end_turn',
    'end_of_turn',
    'eos', // Together, SiliconFlow
    'eos_token', // text-generation-inference, watsonx
    'eos_found',
    'stop_token',
    'complete', // Cohere
    'completed',
    'finish', // Amazon Titan
    'finished',
    'end',
    'done',
    'normal', // Baidu
    'stop_criteria_met', // Amazon Titan
    'endoftext', // AI21
    'load', // Ollama: a model was loaded, as an empty conversation asks for
    'unload',
  ],
  stop_sequence: ['stop_sequence', 'stop_sequence_reached', 'stop_str', 'stop_string'],
  length: [
    'length',
    'max_tokens',
    'max_output_tokens',
    'max_completion_tokens',
    'max_new_tokens',
    'max_length',
    'max_len', // xAI
    'max_context',
    'max_output', // MiniMax
    'model_length', // Mistral: the window is full
    'model_context_window_exceeded', // Anthropic, Z.ai (any-llm#1200)
    'context_window_exceeded',
    'context_length_exceeded',
    'token_limit', // watsonx
    'token_limit_reached',
    'time_limit', // watsonx: the request may set one
    'repetition', // vLLM stops what repeats itself, where the request asks for that (litellm#27101)
    'continuation', // Gemini: another request goes on
    'incomplete',
    'max_messages',
    'steered',
  ],
  tool_calls: ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls'],
  content_filter: [
    'content_filter', // also before Google's own word (`content_filter: PROHIBITED_CONTENT`)
    'content_filtered', // Bedrock
    'guardrail_intervened', // Bedrock
    'guardrail',
    'sensitive', // Z.ai, Hunyuan
    'moderation',
    'content_policy',
    'error_toxic', // Cohere
    'blacklist', // GigaChat
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'image_safety',
    'image_prohibited_content',
    'image_recitation',
    'model_armor',
    'jailbreak',
    'escalation', // Gemini: filtered by a rule
  ],
  refusal: ['refusal'],
  pause: ['pause_turn', 'pause_run', 'compaction'],
  other: [],
  // In chunks before the last one: an empty word, or null as text (one-api#1477, DashScope).
  unfinished: ['', 'null', 'none', 'undefined', 'finish_reason_unspecified', 'not_finished', 'reason_invalid'],
  server: [
    'error', // OpenRouter, Mistral, vLLM, Cohere, watsonx
    'error_limit', // Cohere
    'server_error',
    'internal_error',
    'system_error',
    'network_error', // Z.ai
    'insufficient_system_resource', // DeepSeek
    'abort', // vLLM, sglang
    'aborted', // DeepSeek
    'cancel',
    'cancelled', // watsonx
    'canceled',
    'user_cancel',
    'interrupted',
    'failed',
    'failure',
    'timeout', // Cohere
    'timed_out',
    'overloaded',
    'rate_limit',
    'resource_exhausted',
    'queued',
    'in_progress',
    'pup_limited_disabled', // Gemini: the account is limited
  ],
  model: [
    'malformed_function_call',
    'function_call_filter', // before Google's own word
    'unexpected_tool_call',
    'too_many_tool_calls',
    'missing_thought_signature',
    'malformed_response',
    'malformed_model_output', // Bedrock
    'malformed_tool_use', // Bedrock
    'invalid_tool_call',
    'language', // Gemini: a language that it does not support
    'no_image',
    'image_other',
    'other',
  ],
};

const MEANINGS: ReadonlyMap<string, FinishMeaning> = new Map<string, FinishMeaning>(
  Object.entries(WORDS).flatMap(([meaning, words]) => words.map((word) => [word, meant(meaning, word)] as const)),
);

function meant(meaning: string, word: string): FinishMeaning {
  return meaning === 'server' || meaning === 'model' ? { word, cause: meaning } : (meaning as FinishReason);
}
