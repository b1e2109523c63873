import { decodeStop } from '../openai/stop.ts';
import type { SettingName, Settings } from '../../core/conversation.ts';
import { takesField } from '../../core/quirks.ts';
import type { Quirks } from '../../core/route.ts';
import { leftOut, setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import { refuseField } from '../shared/request/fields.ts';
import { hasEffect } from '../shared/request/setting-effects.ts';
import { plainUserIdOf, userIdOf } from '../openai/user-id.ts';

type Name = keyof Settings;

/** Reads the settings. OpenAI's names come first, then those of vendors. */
export function decodeSettings(body: JsonObject): Settings {
  return compact({
    maxTokens: numberOf(body, 'max_completion_tokens') ?? numberOf(body, 'max_tokens'),
    temperature: numberOf(body, 'temperature'),
    topP: numberOf(body, 'top_p'),
    topK: numberOf(body, 'top_k'),
    minP: numberOf(body, 'min_p'),
    stop: stopOf(body['stop']),
    seed: numberOf(body, 'seed') ?? numberOf(body, 'random_seed'),
    frequencyPenalty: numberOf(body, 'frequency_penalty'),
    presencePenalty: numberOf(body, 'presence_penalty'),
    logprobs: booleanOf(body, 'logprobs'),
    topLogprobs: numberOf(body, 'top_logprobs'),
    parallelToolCalls: booleanOf(body, 'parallel_tool_calls'),
    verbosity: stringOf(body, 'verbosity'),
    user: stringOf(body, 'safety_identifier') ?? stringOf(body, 'user'),
  });
}

/** The names of settings in this dialect. */
export const SETTING_FIELDS: Readonly<Record<Name, string>> = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  minP: 'min_p',
  stop: 'stop',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  parallelToolCalls: 'parallel_tool_calls',
  verbosity: 'verbosity',
  user: 'user',
};

/** The same, and the names of everything else that may be unsupported. */
export const FIELD_NAMES: Readonly<Record<SettingName, string>> = {
  ...SETTING_FIELDS,
  reasoning: 'reasoning_effort',
  output: 'response_format',
  toolChoice: 'tool_choice',
  speaker: 'messages[].name',
  mediaDetail: 'image_url.detail',
  mediaName: 'file.filename',
};

/**
 * Writes the settings that the backend takes, and reports the others. `hasTools`: there are tools to call in parallel.
 * `thinks`: the model will think.
 */
export function encodeSettings(
  settings: Settings,
  { model, quirks }: { readonly model: string; readonly quirks: Quirks },
  { hasTools, thinks }: { readonly hasTools: boolean; readonly thinks: boolean },
): { readonly fields: JsonObject; readonly unsupported: readonly UnsupportedFeature[] } {
  const fields: Record<string, unknown> = {};
  const unsupported: UnsupportedFeature[] = [];
  const facts = factsOf(model);
  for (const name of Object.keys(SETTING_FIELDS) as Name[]) {
    const value = settings[name];
    if (value === undefined || (name === 'parallelToolCalls' && !hasTools)) continue;
    if (facts.refused.includes(name) || (thinks && facts.refusedThinking.includes(name))) {
      if (hasEffect(name, value)) unsupported.push(leftOut(setting(name)));
      continue;
    }
    const field = fieldOf(name, quirks);
    const isRefused = thinks && quirks.refusedThinking?.includes(field) === true;
    if (takes(quirks, field) && !isRefused) {
      const taken = valueFor(field, name === 'maxTokens' ? atMost(value, facts.maxOutput) : value, quirks);
      fields[field] = taken;
      if (typeof value === 'number' && taken !== value) unsupported.push(weakened(setting(name)));
    } else unsupported.push(leftOut(setting(name)));
  }
  // The API refuses one without the other.
  if (fields['top_logprobs'] !== undefined) fields['logprobs'] ??= true;
  const { stop = [] } = settings;
  const taken = stopsFor(stop, quirks);
  if (fields['stop'] !== undefined && taken.length < stop.length) {
    fields['stop'] = taken.length === 0 ? undefined : taken;
    unsupported.push(weakened(setting('stop')));
  }
  return { fields, unsupported };
}

function stopsFor(stop: readonly string[], { mostStops, longestStop }: Quirks): readonly string[] {
  const short =
    longestStop === undefined
      ? stop
      : stop.filter((word) => word.length <= longestStop && Buffer.byteLength(word) <= longestStop);
  return mostStops === undefined ? short : short.slice(0, mostStops);
}

/** The backend's name for a setting. */
function fieldOf(name: Name, { maxTokensField, userField, seedField }: Quirks): string {
  const own = { maxTokens: maxTokensField, user: userField, seed: seedField };
  return (name === 'maxTokens' || name === 'user' || name === 'seed' ? own[name] : undefined) ?? SETTING_FIELDS[name];
}

function atMost(value: unknown, most = Number.POSITIVE_INFINITY): unknown {
  return typeof value === 'number' ? Math.min(value, most) : value;
}

/** A value in the backend's form. */
function valueFor(field: string, value: unknown, { ranges }: Quirks): unknown {
  if (field === 'user') return userIdOf(String(value));
  if (field === 'user_id') return plainUserIdOf(String(value));
  const range = typeof value === 'number' ? ranges?.[field] : undefined;
  return range === undefined ? value : Math.min(range[1], Math.max(range[0], Number(value)));
}

/** Whether a backend takes a field; see `Quirks.fields`. */
export function takes(quirks: Quirks, field: string): boolean {
  return takesField(quirks, field, !RARE.has(field));
}

/** Fields that many compatible backends refuse. */
const RARE: ReadonlySet<string> = new Set(['top_k', 'min_p', 'verbosity', 'tools.custom']);

function numberOf(body: JsonObject, field: string): number | undefined {
  const value = body[field] ?? undefined;
  return typeof value === 'number' || value === undefined ? value : refuseField(field, 'has to be a number');
}

function booleanOf(body: JsonObject, field: string): boolean | undefined {
  const value = body[field] ?? undefined;
  return typeof value === 'boolean' || value === undefined ? value : refuseField(field, 'has to be true or false');
}

function stringOf(body: JsonObject, field: string): string | undefined {
  const value = body[field] ?? undefined;
  return typeof value === 'string' || value === undefined ? value : refuseField(field, 'has to be a string');
}

function stopOf(value: unknown): readonly string[] | undefined {
  const stops = decodeStop(value);
  return stops?.length === 0 ? undefined : stops;
}
