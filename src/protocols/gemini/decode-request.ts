import type { Conversation, Leftover, OutputFormat, Settings } from '../../core/conversation.ts';
import { asArray, asBoolean, asNumber, asObject, asString, type JsonObject } from '../../lib/json.ts';
import type { RequestHead } from '../codec.ts';
import { leftoversOf, refuseField, type FieldRules } from '../fields.ts';
import { decodeSystem, decodeTurns } from './decode-turns.ts';
import { decodeToolChoice, toolConfigLeftovers, decodeTools } from './decode-tools.ts';
import { fieldsOf } from './camel-case.ts';
import { jsonSchemaOf } from './openapi.ts';
import { decodeReasoning } from './reasoning.ts';

/** Reads a GenerateContentRequest, or one to count the tokens of. The model and the wish for a stream are in the path. */
export function decodeRequest(body: JsonObject, { stream }: RequestHead): Conversation {
  const outer = fieldsOf(body) ?? {};
  const request = fieldsOf(outer['generateContentRequest']) ?? outer;
  const { contents } = request;
  if (contents === undefined || contents === null) refuseField('contents', 'has to hold what is said');
  const config = fieldsOf(request['generationConfig']) ?? {};
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

function decodeSettings(config: JsonObject): Settings {
  const stop = asArray(config['stopSequences']).flatMap((text) => asString(text) ?? []);
  return {
    maxTokens: asNumber(config['maxOutputTokens']),
    temperature: asNumber(config['temperature']),
    topP: asNumber(config['topP']),
    topK: asNumber(config['topK']),
    stop: stop.length === 0 ? undefined : stop,
    seed: asNumber(config['seed']),
    presencePenalty: asNumber(config['presencePenalty']),
    frequencyPenalty: asNumber(config['frequencyPenalty']),
    logprobs: asBoolean(config['responseLogprobs']),
    topLogprobs: asNumber(config['logprobs']),
  };
}

/** The older fields for the form of the answer, or the newer `responseFormat`. */
function formOf(config: JsonObject): {
  readonly mimeType: string | undefined;
  readonly schema: JsonObject | undefined;
} {
  const formats = config['responseFormat'];
  const format = fieldsOf(fieldsOf(Array.isArray(formats) ? formats[0] : formats)?.['text']);
  const { responseSchema, responseJsonSchema } = config;
  return {
    mimeType: (asString(config['responseMimeType']) ?? asString(format?.['mimeType']))?.toLowerCase(),
    schema:
      asObject(responseJsonSchema) ??
      (asObject(responseSchema) ? jsonSchemaOf(responseSchema) : undefined) ??
      asObject(format?.['schema']),
  };
}

const JSON_TYPES = new Set(['application/json', 'application_json']);

function decodeOutput(config: JsonObject): OutputFormat | undefined {
  const { mimeType, schema } = formOf(config);
  if (mimeType === undefined || !JSON_TYPES.has(mimeType)) return undefined;
  if (schema === undefined) return { type: 'json' };
  const title = asString(schema['title']);
  return { type: 'schema', schema, name: title !== undefined && /^[\w-]{1,64}$/.test(title) ? title : undefined };
}

/** What the answer is to be and no other dialect's can. */
function answerLeftovers(config: JsonObject): Leftover[] {
  const count = asNumber(config['candidateCount']);
  const { mimeType } = formOf(config);
  const modalities = asArray(config['responseModalities']).map((modality) => String(modality).toUpperCase());
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
    ...(mimeType === undefined || mimeType === '' || mimeType === 'text/plain' || JSON_TYPES.has(mimeType)
      ? []
      : [leftover('responseMimeType', `asks for ${mimeType}`)]),
  ];
}
