import { asArray, asCount, asNumber, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { MalformedAnswer, type EmbeddingCodec, type EmbeddingRequest } from '../codec.ts';
import { refuseField, unsupportedFields } from '../shared/request/fields.ts';

/** `/embeddings`: `{input, dimensions, encoding_format}` to `{object: "list", data: [{object: "embedding", index, embedding}]}`. */
export const embedding: EmbeddingCodec = {
  decodeRequest(body): EmbeddingRequest {
    const { input } = body;
    return {
      inputs: textsOf(input),
      single: typeof input === 'string',
      dimensions: asCount(body['dimensions']),
      format: body['encoding_format'] === 'base64' ? 'base64' : 'float',
      unsupported: unsupportedFields(body, { known: KNOWN, hints: HINTS, refused: {} }),
    };
  },

  /** Every backend returns numbers by default. */
  encodeRequest({ inputs, dimensions, single }, { model }) {
    return compact({ model, input: single ? inputs[0] : inputs, dimensions });
  },

  decodeAnswer(body) {
    const answer = asObject(body);
    if (!Array.isArray(answer?.['data'])) throw new MalformedAnswer('an answer without `data`');
    const entries = asArray(answer['data']).map((entry, at) => {
      const embedded = asObject(entry);
      return { at: asNumber(embedded?.['index']) ?? at, vector: vectorOf(embedded) };
    });
    return {
      vectors: entries.toSorted((a, b) => a.at - b.at).map(({ vector }) => vector),
      model: asWord(answer['model']),
      promptTokens: promptTokensOf(answer['usage']),
    };
  },

  encodeAnswer({ vectors, model, promptTokens = 0 }, { format }, asked) {
    return {
      object: 'list',
      data: vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: format === 'base64' ? base64Of(vector) : vector,
      })),
      model: model ?? asked,
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    };
  },
};

const KNOWN = new Set(['model', 'input', 'dimensions', 'encoding_format']);
const HINTS = new Set(['user']);
const FLOAT_BYTES = 4;

function textsOf(input: unknown): readonly string[] {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input) || input.length === 0) return refuseField('input', 'has to be a text or a list of texts');
  return input.map(
    (text: unknown) =>
      asString(text) ?? refuseField('input', "has to be text: tokens mean something to one provider's models only"),
  );
}

/** Some backends report usage like the Responses API. */
function promptTokensOf(value: unknown): number | undefined {
  const usage = asObject(value);
  return asCount(usage?.['prompt_tokens']) ?? asCount(usage?.['input_tokens']);
}

function vectorOf(entry: JsonObject | undefined): readonly number[] {
  const value = entry?.['embedding'];
  if (typeof value === 'string') return floatsOf(value);
  if (!Array.isArray(value)) throw new MalformedAnswer('an entry without `embedding`');
  return value as number[];
}

/** Little-endian float32, as OpenAI's SDKs ask for it. */
function floatsOf(base64: string): readonly number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(bytes.length / FLOAT_BYTES) }, (_, at) => bytes.readFloatLE(at * FLOAT_BYTES));
}

function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * FLOAT_BYTES);
  return bytes.toString('base64');
}
