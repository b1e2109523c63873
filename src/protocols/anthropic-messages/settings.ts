import type { SettingName, Settings } from '../../core/conversation.ts';
import { leftOut, setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asBoolean, asNumber, asObject, asWord, compact, type JsonObject } from '../../lib/json.ts';
import type { ClaudeTraits } from '../../vendors/models/claude.ts';
import { refuseField } from '../shared/request/fields.ts';
import { leftOutSettings } from '../shared/request/setting-effects.ts';

/** The names of settings in this dialect. Settings that it lacks have OpenAI's names. */
export const FIELD_NAMES: Readonly<Record<SettingName, string>> = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  minP: 'min_p',
  stop: 'stop_sequences',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  verbosity: 'verbosity',
  user: 'metadata.user_id',
  reasoning: 'thinking',
  output: 'output_config.format',
  toolChoice: 'tool_choice',
  speaker: 'name',
  mediaDetail: 'detail',
  mediaName: 'document.title',
};

/** Reads the settings of a request. */
export function decodeSettings(body: JsonObject): Settings {
  const given = body['stop_sequences'] ?? [];
  const stop = asArray(given).filter((sequence) => typeof sequence === 'string');
  if (!Array.isArray(given) || stop.length !== given.length) {
    refuseField('stop_sequences', 'has to be a list of strings');
  }
  const single = asBoolean(asObject(body['tool_choice'])?.['disable_parallel_tool_use']);
  return compact({
    maxTokens: asNumber(body['max_tokens']),
    temperature: asNumber(body['temperature']),
    topP: asNumber(body['top_p']),
    topK: asNumber(body['top_k']),
    stop: stop.length === 0 ? undefined : stop,
    parallelToolCalls: single === undefined ? undefined : !single,
    user: asWord(asObject(body['metadata'])?.['user_id']),
  });
}

/** While the model thinks, `top_p` may be from here to 1. */
const MIN_TOP_P_THINKING = 0.95;
/** The longest `metadata.user_id`. */
const MAX_USER_CHARACTERS = 256;

/** Writes the sampling settings. `thinks`: the model will think, which restricts them. */
export function encodeSettings(
  settings: Settings,
  traits: ClaudeTraits,
  thinks: boolean,
  unsupported: UnsupportedFeature[],
): JsonObject {
  const stop = traits.stops ? settings.stop?.filter((sequence) => sequence.trim() !== '') : undefined;
  if (settings.stop !== undefined && stop?.length !== settings.stop.length) unsupported.push(weakened(setting('stop')));
  unsupported.push(...leftOutSettings(settings, lackedOf(settings)));
  const { user } = settings;
  return compact({
    ...samplingOf(settings, traits, thinks, unsupported),
    stop_sequences: stop === undefined || stop.length === 0 ? undefined : stop,
    metadata: user === undefined || user.length > MAX_USER_CHARACTERS ? undefined : { user_id: user },
  });
}

function samplingOf(
  settings: Settings,
  { sampling }: ClaudeTraits,
  thinks: boolean,
  unsupported: UnsupportedFeature[],
): JsonObject {
  const { temperature, topP, topK } = settings;
  const fields: Record<string, unknown> = {};
  if (temperature !== undefined && temperature !== 1) {
    // Other dialects allow up to 2.
    if (sampling === 'none' || thinks) unsupported.push(leftOut(setting('temperature')));
    else fields['temperature'] = clamped(temperature, unsupported);
  } else if (temperature !== undefined && sampling !== 'none') {
    fields['temperature'] = temperature;
  }
  if (topP !== undefined && topP !== 1) {
    const lost = sampling === 'none' || (thinks && topP < MIN_TOP_P_THINKING);
    if (lost || (sampling === 'either' && fields['temperature'] !== undefined))
      unsupported.push(leftOut(setting('topP')));
    else fields['top_p'] = topP;
  }
  if (topK !== undefined) {
    if (sampling === 'none' || thinks) unsupported.push(leftOut(setting('topK')));
    else fields['top_k'] = topK;
  }
  return fields;
}

function clamped(temperature: number, unsupported: UnsupportedFeature[]): number {
  if (temperature > 1) unsupported.push(weakened(setting('temperature')));
  return Math.min(1, temperature);
}

/** The settings that Anthropic does not have. `medium` is the default verbosity of every model. */
function lackedOf({ verbosity }: Settings): readonly (keyof Settings)[] {
  return verbosity === 'medium' ? LACKED : [...LACKED, 'verbosity'];
}

const LACKED = ['minP', 'seed', 'frequencyPenalty', 'presencePenalty', 'logprobs', 'topLogprobs'] as const;
