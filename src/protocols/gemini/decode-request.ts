import type { Conversation, Leftover } from '../../core/conversation.ts';
import { asNumber, asString, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { type FieldRules, leftoversOf, refuseField } from '../fields.ts';
import { fieldsOf } from './camel-case.ts';
import { decodeToolChoice, decodeTools, leftoversOfTools, toolConfigLeftovers } from './decode-tools.ts';
import { decodeSystem, decodeTurns } from './decode-turns.ts';
import { decodeOutput, formOf, JSON_TYPES, otherForms } from './output.ts';
import { leftoversOfParts } from './part-leftovers.ts';
import { decodeReasoning } from './reasoning.ts';
import { objectIn, repeated } from './repeated.ts';
import { decodeSettings } from './settings.ts';

/** Reads a GenerateContentRequest, or one to count the tokens of. The model and the wish for a stream are in the path. */
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
    leftovers: [
      ...leftoversOf(request, REQUEST),
      ...leftoversOfTools(request['tools']),
      ...leftoversOfParts(contents),
      ...leftoversOf(config, CONFIG).map((leftover) => ({ ...leftover, field: `generationConfig.${leftover.field}` })),
      ...toolConfigLeftovers(request['toolConfig']).map((field): Leftover => ({ field, weight: 'named' })),
      ...answerLeftovers(config),
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

/** What the answer is to be and no other dialect's can. */
function answerLeftovers(config: JsonObject): Leftover[] {
  const count = asNumber(config['candidateCount']);
  const { mimeType } = formOf(config);
  const modalities = repeated(config['responseModalities']).map((modality) => asString(modality)?.toUpperCase());
  const leftover = (field: string, why: string): Leftover => ({
    field: `generationConfig.${field}`,
    weight: 'refused',
    why,
  });
  return [
    ...(count !== undefined && count > 1 ? [leftover('candidateCount', 'asks for more than one answer')] : []),
    ...(modalities.some((modality) => modality !== 'TEXT' && modality !== 'MODALITY_UNSPECIFIED')
      ? [leftover('responseModalities', 'asks for more than text')]
      : []),
    ...otherForms(config).map((form) => leftover(`responseFormat.${form}`, 'asks for more than text')),
    ...(mimeType === undefined || mimeType === '' || mimeType === 'text/plain' || JSON_TYPES.has(mimeType)
      ? []
      : [leftover('responseMimeType', `asks for ${mimeType}`)]),
  ];
}
