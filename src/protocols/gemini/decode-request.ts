import type { Conversation } from '../../core/conversation.ts';
import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asNumber, asString, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { type FieldRules, refuseField, unsupportedFields } from '../shared/request/fields.ts';
import { fieldsOf } from './camel-case.ts';
import { decodeToolChoice, decodeTools, unsupportedInTools, unsupportedToolConfig } from './decode-tools.ts';
import { decodeSystem, decodeTurns } from './decode-turns.ts';
import { decodeOutput, formOf, JSON_TYPES, otherForms } from './output.ts';
import { unsupportedMembers } from './unsupported-members.ts';
import { decodeReasoning } from './reasoning.ts';
import { objectIn, repeated } from './repeated.ts';
import { decodeSettings } from './settings.ts';

/**
 * Reads a GenerateContentRequest, or a request to count its tokens. The path holds the model's name and says whether to
 * stream.
 */
export function decodeRequest(body: JsonObject, { stream }: RequestHead): Conversation {
  const outer = fieldsOf(body) ?? {};
  const request = fieldsOf(outer['generateContentRequest']) ?? outer;
  const { contents } = request;
  if (contents === undefined || contents === null) refuseField('contents', 'has to hold what is said');
  const config = objectIn(request['generationConfig'], 'generationConfig');
  return {
    system: decodeSystem(request['systemInstruction']),
    turns: decodeTurns(contents),
    tools: decodeTools(request['tools']),
    toolChoice: decodeToolChoice(request['toolConfig']),
    output: decodeOutput(config),
    reasoning: decodeReasoning(config['thinkingConfig']),
    settings: decodeSettings(config),
    stream,
    wantsUsage: true,
    unsupported: [
      ...unsupportedFields(request, REQUEST),
      ...unsupportedInTools(request['tools']),
      ...unsupportedMembers(contents),
      ...unsupportedFields(config, CONFIG, 'generationConfig.'),
      ...unsupportedToolConfig(request['toolConfig']),
      ...requiredOfAnswer(config),
    ],
  };
}

const REQUEST: FieldRules = {
  known: new Set(['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig']),
  hints: new Set(['labels', 'serviceTier', 'store']),
  refused: {
    cachedContent: 'is kept at another provider',
    continuationToken: 'goes on with an answer that is kept at another provider',
  },
};

const CONFIG: FieldRules = {
  known: new Set([
    'maxOutputTokens',
    'temperature',
    'topP',
    'topK',
    'stopSequences',
    'seed',
    'presencePenalty',
    'frequencyPenalty',
    'responseLogprobs',
    'logprobs',
    'candidateCount',
    'responseMimeType',
    'responseSchema',
    'responseJsonSchema',
    'responseFormat',
    'responseModalities',
    'thinkingConfig',
  ]),
  hints: new Set([]),
  refused: {},
};

/** Forms of answers that no other dialect has. */
function requiredOfAnswer(config: JsonObject): UnsupportedFeature[] {
  const count = asNumber(config['candidateCount']);
  const { mimeType } = formOf(config);
  const modalities = repeated(config['responseModalities']).map((modality) => asString(modality)?.toUpperCase());
  const ofConfig = (name: string, details: string) => required(`generationConfig.${name}`, details);
  return [
    ...(count !== undefined && count > 1 ? [ofConfig('candidateCount', 'asks for more than one answer')] : []),
    ...(modalities.some((modality) => modality !== 'TEXT' && modality !== 'MODALITY_UNSPECIFIED')
      ? [ofConfig('responseModalities', 'asks for more than text')]
      : []),
    ...otherForms(config).map((form) => ofConfig(`responseFormat.${form}`, 'asks for more than text')),
    ...(mimeType === undefined || mimeType === '' || mimeType === 'text/plain' || JSON_TYPES.has(mimeType)
      ? []
      : [ofConfig('responseMimeType', `asks for ${mimeType}`)]),
  ];
}
