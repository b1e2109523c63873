import { decodeStop } from '../openai/stop.ts';
import type { SettingName, Settings } from '../../core/conversation.ts';
import { setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asBoolean, asNumber, asObject, asWord, compact, type JsonObject } from '../../lib/json.ts';
import type { FieldRules } from '../shared/request/fields.ts';
import { leftOutSettings } from '../shared/request/setting-effects.ts';
import { userIdOf } from '../openai/user-id.ts';

/** The names of settings in this dialect. Settings that it lacks have the names of chat completions. */
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
  speaker: 'name',
  mediaDetail: 'detail',
  mediaName: 'input_file.filename',
};

/** The fields of a request. */
export const FIELD_RULES: FieldRules = {
  known: new Set([
    'model',
    'stream',
    'input',
    'context_management',
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
    // Not of this dialect, but clients of backends that took them send them.
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

const LOGPROBS = 'message.output_text.logprobs';
const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Reads the settings of a request. */
export function decodeSettings(body: JsonObject): Settings {
  const topLogprobs = asNumber(body['top_logprobs']);
  const wantsLogprobs = asArray(body['include']).includes(LOGPROBS) || (topLogprobs ?? 0) > 0;
  return compact({
    maxTokens: asNumber(body['max_output_tokens']),
    temperature: asNumber(body['temperature']),
    topP: asNumber(body['top_p']),
    topK: asNumber(body['top_k']),
    minP: asNumber(body['min_p']),
    seed: asNumber(body['seed']),
    stop: decodeStop(body['stop']),
    frequencyPenalty: asNumber(body['frequency_penalty']),
    presencePenalty: asNumber(body['presence_penalty']),
    logprobs: wantsLogprobs ? true : undefined,
    topLogprobs,
    parallelToolCalls: asBoolean(body['parallel_tool_calls']),
    verbosity: asWord(asObject(body['text'])?.['verbosity']),
    user: asWord(body['safety_identifier']) ?? asWord(body['user']),
  });
}

/** What decides which settings a request may have. */
interface Circumstances {
  readonly mayThink: boolean;
  readonly refused: readonly SettingName[];
  readonly maxOutput?: number | undefined;
}

/** Writes the settings except `verbosity`, which is in `text`. Reports those that the model does not take. */
export function encodeSettings(
  settings: Settings,
  { mayThink, refused, maxOutput = Number.POSITIVE_INFINITY }: Circumstances,
): { readonly fields: JsonObject; readonly unsupported: readonly UnsupportedFeature[] } {
  const unset = Object.fromEntries(refused.map((name) => [name, undefined]));
  const taken: Settings = refused.length === 0 ? settings : { ...settings, ...unset };
  const { maxTokens } = taken;
  const limit = maxTokens === undefined ? undefined : Math.min(maxOutput, Math.max(maxTokens, LEAST_TOKENS));
  return {
    fields: {
      parallel_tool_calls: taken.parallelToolCalls,
      max_output_tokens: limit,
      temperature: taken.temperature,
      top_p: taken.topP,
      top_logprobs: taken.logprobs === true ? taken.topLogprobs : undefined,
      safety_identifier: taken.user === undefined ? undefined : userIdOf(taken.user),
      include: includesOf(taken, mayThink),
    },
    unsupported: [
      ...(limit === maxTokens ? [] : [weakened(setting('maxTokens'))]),
      ...leftOutSettings(settings, lackedOf(settings)),
      ...leftOutSettings(
        settings,
        REFUSABLE.filter((name) => refused.includes(name)),
      ),
    ],
  };
}

/** The API refuses a smaller token limit. */
const LEAST_TOKENS = 16;

/** The settings that this dialect has no place for. An empty stop list has no effect. */
function lackedOf({ stop }: Settings): readonly (keyof Settings)[] {
  const stops = stop?.length === 0 ? [] : (['stop'] as const);
  return ['topK', 'minP', ...stops, 'seed', 'frequencyPenalty', 'presencePenalty'];
}

/** Settings that a model may refuse while it thinks. */
const REFUSABLE = ['temperature', 'topP', 'logprobs'] as const;

/** What the answer should include. The next turn must send thoughts back, and nobody else keeps them. */
function includesOf(settings: Settings, mayThink: boolean): string[] | undefined {
  const include = [...(mayThink ? [ENCRYPTED_REASONING] : []), ...(settings.logprobs === true ? [LOGPROBS] : [])];
  return include.length === 0 ? undefined : include;
}
