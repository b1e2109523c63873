import { field, leftOut, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asCount, asNumber, asObject, asString, compact, type JsonObject } from '../../lib/json.ts';
import { MalformedAnswer, type EmbeddingCodec } from '../codec.ts';
import { refuseField } from '../shared/request/fields.ts';
import { fieldsOf, modelName } from './camel-case.ts';
import { repeated, repeatedObjects } from './repeated.ts';

/** `:embedContent` for one text, `:batchEmbedContents` for several. Requests to backends always use the latter. */
export const embedding: EmbeddingCodec = {
  decodeRequest: (body) => {
    const fields = fieldsOf(body) ?? {};
    const single = fields['requests'] === undefined;
    const requests = single
      ? [fields]
      : repeatedObjects(fields['requests'], 'requests').map((request) => fieldsOf(request) ?? {});
    if (requests.length === 0) refuseField('requests', 'has to hold at least one text');
    const dimensions = [...new Set(requests.map((request) => optionsOf(request)['outputDimensionality']))];
    if (dimensions.length > 1) refuseField('requests', 'has to ask for the same `outputDimensionality` everywhere');
    return {
      inputs: requests.map((request, at) => textOf(request['content'], single ? 'content' : `requests[${at}].content`)),
      dimensions: asNumber(dimensions[0]),
      format: 'float',
      single,
      unsupported: unsupportedOptions(requests),
    };
  },
  encodeRequest: ({ inputs, dimensions }, { model }) => ({
    requests: inputs.map((text) =>
      compact({ model: modelName(model), content: { parts: [{ text }] }, outputDimensionality: dimensions }),
    ),
  }),
  decodeAnswer: (body) => {
    const answer = asObject(body) ?? {};
    const embeddings = answer['embedding'] === undefined ? answer['embeddings'] : [answer['embedding']];
    if (!Array.isArray(embeddings)) throw new MalformedAnswer('the answer has no `embeddings`');
    return {
      vectors: embeddings.map((vector: unknown) => valuesOf(vector)),
      model: undefined,
      promptTokens: asCount(asObject(answer['usageMetadata'])?.['promptTokenCount']),
    };
  },
  encodeAnswer: ({ vectors, promptTokens }, { single }) => {
    const embeddings = vectors.map((values) => ({ values }));
    return {
      ...(single ? { embedding: embeddings[0] } : { embeddings }),
      ...(promptTokens === undefined ? {} : { usageMetadata: { promptTokenCount: promptTokens } }),
    };
  },
};

const KNOWN = new Set(['model', 'content', 'outputDimensionality', 'embedContentConfig']);

/** Newer requests have their options in an object of their own. */
function optionsOf(request: JsonObject): JsonObject {
  return { ...request, ...fieldsOf(request['embedContentConfig']) };
}

function unsupportedOptions(requests: readonly JsonObject[]): UnsupportedFeature[] {
  const names = requests.flatMap((request) =>
    Object.entries(optionsOf(request)).flatMap(([name, value]) =>
      KNOWN.has(name) || value === undefined || value === null ? [] : [name],
    ),
  );
  return [...new Set(names)].map((name) => leftOut(field(name)));
}

function textOf(content: unknown, path: string): string {
  const parts = repeated(fieldsOf(content)?.['parts']);
  if (parts.length === 0) refuseField(path, 'has to hold a text');
  return parts
    .map((part) => asString(asObject(part)?.['text']) ?? refuseField(path, 'has to hold texts only'))
    .join('');
}

function valuesOf(vector: unknown): number[] {
  const values = asObject(vector)?.['values'];
  if (!Array.isArray(values)) throw new MalformedAnswer('an embedding has no `values`');
  return values as number[];
}
