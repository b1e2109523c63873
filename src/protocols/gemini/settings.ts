import type { Conversation, SettingName, Settings } from '../../core/conversation.ts';
import { setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import type { Work } from '../../core/work.ts';
import { asBoolean, asNumber, asString, compact, type JsonObject } from '../../lib/json.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import { refuseField } from '../shared/request/fields.ts';
import { leftOutSettings } from '../shared/request/setting-effects.ts';
import { encodeOutput } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { repeated } from './repeated.ts';

/** The names of settings in this dialect. Settings that it lacks have OpenAI's names. */
export const FIELD_NAMES: Readonly<Record<SettingName, string>> = {
  maxTokens: 'maxOutputTokens',
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  minP: 'minP',
  stop: 'stopSequences',
  seed: 'seed',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  logprobs: 'responseLogprobs',
  topLogprobs: 'logprobs',
  parallelToolCalls: 'parallelToolCalls',
  verbosity: 'verbosity',
  user: 'user',
  reasoning: 'thinkingConfig',
  output: 'responseSchema',
  toolChoice: 'toolConfig',
  speaker: 'name',
  mediaDetail: 'mediaResolution',
  mediaName: 'displayName',
};

/** Reads the settings of `generationConfig`. */
export function decodeSettings(config: JsonObject): Settings {
  const stop = repeated(config['stopSequences']).map(
    (text) => asString(text) ?? refuseField('generationConfig.stopSequences', 'has to be a list of strings'),
  );
  return {
    maxTokens: numberIn(config, 'maxOutputTokens'),
    temperature: numberIn(config, 'temperature'),
    topP: numberIn(config, 'topP'),
    topK: numberIn(config, 'topK'),
    stop: stop.length === 0 ? undefined : stop,
    seed: numberIn(config, 'seed'),
    presencePenalty: numberIn(config, 'presencePenalty'),
    frequencyPenalty: numberIn(config, 'frequencyPenalty'),
    logprobs: asBoolean(config['responseLogprobs']),
    topLogprobs: numberIn(config, 'logprobs'),
  };
}

/** Google's JSON also accepts numbers as strings. */
function numberIn(config: JsonObject, name: string): number | undefined {
  const value = config[name] ?? undefined;
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return asNumber(number) ?? refuseField(`generationConfig.${name}`, 'has to be a number');
}

interface Config {
  readonly config: JsonObject | undefined;
  readonly unsupported: readonly UnsupportedFeature[];
}

/** Writes `generationConfig`, including thinking and output format; undefined if it would be empty. */
export function encodeSettings(
  { settings, reasoning, output }: Conversation,
  to: { readonly model: string; readonly withOutput: boolean; readonly work: Work },
): Config {
  const thinking = reasoning === undefined ? undefined : encodeReasoning(reasoning, to.model);
  const { takesPenalties: penalties, isSampled, maxOutput = Number.POSITIVE_INFINITY } = geminiTraits(to.model);
  const { stop, seed, maxTokens } = settings;
  const fitsSeed = seed === undefined || (Number.isInteger(seed) && Math.abs(seed) <= MOST_SEED);
  const config = compact({
    // The API refuses a limit above the model's own.
    maxOutputTokens: maxTokens === undefined ? undefined : Math.min(maxTokens, maxOutput),
    ...(isSampled ? { temperature: settings.temperature, topP: settings.topP, topK: settings.topK } : {}),
    stopSequences: stop === undefined || stop.length === 0 ? undefined : stop.slice(0, MOST_STOPS),
    seed: fitsSeed ? seed : undefined,
    presencePenalty: penalties ? settings.presencePenalty : undefined,
    frequencyPenalty: penalties ? settings.frequencyPenalty : undefined,
    responseLogprobs: settings.logprobs === true ? true : undefined,
    logprobs: settings.logprobs === true && (settings.topLogprobs ?? 0) > 0 ? settings.topLogprobs : undefined,
    ...(to.withOutput ? encodeOutput(output, to.work) : {}),
    thinkingConfig: thinking?.config,
  });
  return {
    config: Object.keys(config).length === 0 ? undefined : config,
    unsupported: [
      ...(thinking?.isShort === true ? [weakened(setting('reasoning'))] : []),
      ...((maxTokens ?? 0) > maxOutput ? [weakened(setting('maxTokens'))] : []),
      ...(stop !== undefined && stop.length > MOST_STOPS ? [weakened(setting('stop'))] : []),
      ...leftOutSettings(settings, [
        ...(fitsSeed ? [] : (['seed'] as const)),
        ...(isSampled ? [] : (['temperature', 'topP', 'topK'] as const)),
        ...(penalties ? [] : (['presencePenalty', 'frequencyPenalty'] as const)),
        'minP',
        'verbosity',
        'parallelToolCalls',
      ]),
    ],
  };
}

/** The API takes five stop sequences. */
const MOST_STOPS = 5;

const MOST_SEED = 2 ** 31 - 1;
