import type { Conversation } from '../../core/conversation.ts';
import { field, leftOut, required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asNumber, asObject, compact, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { refuseField, unsupportedFields, type FieldRules } from '../shared/request/fields.ts';
import { decodeTurns } from './decode-turns.ts';
import { unsupportedMembers } from './unsupported-members.ts';
import { decodeOutput } from './output.ts';
import { decodeReasoning, REASONING_FIELDS, reasoningFieldsOf, unsupportedInReasoning } from './reasoning.ts';
import { decodeSettings, SETTING_FIELDS } from './settings.ts';
import { decodeToolChoice, decodeTools, unsupportedInTools } from './decode-tools.ts';

/** What the encoder of the answer has to know of the request. */
export interface OwnOfRequest {
  /** The tools were `functions`, so the answer has a `function_call`. */
  readonly hasFunctions: boolean;
}

/** Reads a client's request. */
export function decodeRequest(body: JsonObject, { stream }: RequestHead): Conversation {
  const { system, turns } = decodeTurns(body['messages']);
  const own: OwnOfRequest = { hasFunctions: asArray(body['functions']).length > 0 };
  return {
    system,
    turns,
    tools: decodeTools(body),
    toolChoice: decodeToolChoice(body),
    output: decodeOutput(body['response_format']),
    reasoning: decodeReasoning(body),
    settings: decodeSettings(body),
    stream,
    wantsUsage: asObject(body['stream_options'])?.['include_usage'] === true,
    unsupported: [
      ...unsupportedFields(body, RULES),
      ...unsupportedInTools(body),
      ...unsupportedMembers(body['messages']),
      ...severalAnswers(body['n']),
      ...otherThanText(body['modalities']),
      ...unsupportedInReasoning(body),
    ],
    written: compact({
      reasoning: reasoningFieldsOf(body)[0],
      maxTokens: numberFieldOf(body, 'max_completion_tokens'),
      user: (body['safety_identifier'] ?? undefined) === undefined ? undefined : 'safety_identifier',
      seed: asNumber(body['seed']) === undefined ? numberFieldOf(body, 'random_seed') : undefined,
    }),
    own,
  };
}

function numberFieldOf(body: JsonObject, field: string): string | undefined {
  return asNumber(body[field]) === undefined ? undefined : field;
}

const RULES: FieldRules = {
  known: new Set([
    ...Object.values(SETTING_FIELDS),
    ...REASONING_FIELDS,
    'model',
    'messages',
    'tools',
    'tool_choice',
    'functions',
    'function_call',
    'response_format',
    'stream',
    'max_completion_tokens',
    'random_seed',
    'safety_identifier',
    'n',
    'modalities',
  ]),
  hints: new Set([
    'metadata',
    'service_tier',
    'store',
    'stream_options',
    'prediction',
    'prompt_cache_key',
    'prompt_cache_options',
    'prompt_cache_retention',
    // OpenRouter's request for usage. Every answer reports it.
    'usage',
    // The voice of an audio answer. `modalities` asks for the answer itself.
    'audio',
  ]),
  refused: {},
};

function severalAnswers(n: unknown): UnsupportedFeature[] {
  const isOne = n === null || n === undefined || n === 1;
  return isOne ? [] : [required('n', 'asks for several answers, of which others give one')];
}

function otherThanText(modalities: unknown): UnsupportedFeature[] {
  if (modalities === undefined || modalities === null) return [];
  if (!Array.isArray(modalities)) refuseField('modalities', 'has to be a list');
  const others = (modalities as unknown[]).filter((modality) => modality !== 'text');
  if (others.length === 0) return [];
  return others.includes('audio')
    ? [required('modalities', 'asks for a spoken answer, which others do not give')]
    : [leftOut(field('modalities'))];
}
