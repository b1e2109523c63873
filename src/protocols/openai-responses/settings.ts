import type { Conversation, SettingName, Settings } from '../../core/conversation.ts';
import { asArray, asBoolean, asNumber, asObject, asWord, compact, type JsonObject } from '../../lib/json.ts';
import type { FieldRules } from '../fields.ts';

/** What this dialect calls the settings; those that it lacks have their names of OpenAI's other API. */
export const FIELD_NAMES: Readonly<Record<SettingName, string>> = {
  maxTokens: 'max_output_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  minP: 'min_p',
  stop: 'stop',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  logprobs: 'include[message.output_text.logprobs]',
  topLogprobs: 'top_logprobs',
  parallelToolCalls: 'parallel_tool_calls',
  verbosity: 'text.verbosity',
  user: 'safety_identifier',
  reasoning: 'reasoning',
  output: 'text.format',
  toolChoice: 'tool_choice',
};

/** What is known of the fields of a request. */
export const FIELD_RULES: FieldRules = {
  known: new Set([
    'model',
    'stream',
    'input',
    'instructions',
    'tools',
    'tool_choice',
    'text',
    'reasoning',
    'max_output_tokens',
    'temperature',
    'top_p',
    'top_logprobs',
    'parallel_tool_calls',
    'user',
    'safety_identifier',
    // Not of this dialect, and yet sent by clients of backends that took them.
    'top_k',
    'min_p',
    'seed',
    'stop',
    'frequency_penalty',
    'presence_penalty',
  ]),
  hints: new Set([
    'include',
    'store',
    'metadata',
    'service_tier',
    'stream_options',
    'prompt_cache_key',
    'prompt_cache_options',
    'prompt_cache_retention',
    'client_metadata',
  ]),
  refused: {
    previous_response_id: 'names an answer that is kept at another provider',
    conversation: 'names a conversation that is kept at another provider',
    prompt: 'names a prompt that is kept at another provider',
    background: 'asks for an answer to be kept at the provider, which this backend does not do',
  },
};

export const LOGPROBS = 'message.output_text.logprobs';
export const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** The single values of a request. */
export function decodeSettings(body: JsonObject): Settings {
  const topLogprobs = asNumber(body['top_logprobs']);
  const wantsLogprobs = asArray(body['include']).includes(LOGPROBS) || (topLogprobs ?? 0) > 0;
  const { stop } = body;
  return compact({
    maxTokens: asNumber(body['max_output_tokens']),
    temperature: asNumber(body['temperature']),
    topP: asNumber(body['top_p']),
    topK: asNumber(body['top_k']),
    minP: asNumber(body['min_p']),
    seed: asNumber(body['seed']),
    stop: typeof stop === 'string' ? [stop] : Array.isArray(stop) ? (stop as string[]) : undefined,
    frequencyPenalty: asNumber(body['frequency_penalty']),
    presencePenalty: asNumber(body['presence_penalty']),
    logprobs: wantsLogprobs ? true : undefined,
    topLogprobs,
    parallelToolCalls: asBoolean(body['parallel_tool_calls']),
    verbosity: asWord(asObject(body['text'])?.['verbosity']),
    user: asWord(body['safety_identifier']) ?? asWord(body['user']),
  });
}

/** The settings that this dialect has no place for, where they would have an effect. */
export function lackingSettings({ settings }: Conversation): SettingName[] {
  const { topK, minP, stop, seed, frequencyPenalty, presencePenalty } = settings;
  return [
    ...(topK === undefined ? [] : (['topK'] as const)),
    ...(minP === undefined || minP === 0 ? [] : (['minP'] as const)),
    ...(stop === undefined || stop.length === 0 ? [] : (['stop'] as const)),
    ...(seed === undefined ? [] : (['seed'] as const)),
    ...((frequencyPenalty ?? 0) === 0 ? [] : (['frequencyPenalty'] as const)),
    ...((presencePenalty ?? 0) === 0 ? [] : (['presencePenalty'] as const)),
  ];
}
