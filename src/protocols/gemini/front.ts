import { percentDecoded } from '../../lib/percent-encoding.ts';
import type { Endpoint, Operation } from '../../core/exchange.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** The operations of a model, by the word after the colon. */
const METHODS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['generateContent', 'generate'],
  ['streamGenerateContent', 'generate'],
  ['countTokens', 'count_tokens'],
  ['embedContent', 'embed'],
  ['batchEmbedContents', 'embed'],
]);

/** Aliases may contain slashes. The prefix `models/` is Google's. */
const MODEL_PATH = /^\/v1(?:beta|alpha)?\/models\/(.+):(\w+)$/;
const MODEL_BY_ID = /^\/v1(?:beta|alpha)\/models\/(.+)$/;
/**
 * Vertex AI's paths, with and without a project. An alias with a slash looks like a model of another publisher there.
 */
const VERTEX_PATH = /^\/v1(?:beta1)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/publishers\/([^/]+)\/models\/(.+):(\w+)$/;
/** A word that names an operation. `:8b` and `:latest` are ends of aliases. */
const METHOD_WORD = /:[a-z]+[A-Z]\w*$/;

/** Paths that only Google's APIs have. Those below `/v1beta/openai` are OpenAI's. */
const OWN_PATH =
  /^(?:\/(?:v1|upload|download|api|gemini))*\/v1(?:beta1?|alpha)\/(?!openai\/)|^(?:\/v1)*\/(?:projects|publishers)\//;

/**
 * `/v1beta/models/{model}:{method}`, the same below `/v1` and at Vertex AI's paths, and the model lists below
 * `/v1beta`.
 */
export const front: Front = {
  fixed: { '/v1beta/models': listing('models'), '/v1alpha/models': listing('models') },
  find: (path, query) => {
    const [, publisher, encoded, method = ''] = namedIn(path);
    const operation = METHODS.get(method);
    const model =
      encoded === undefined ? undefined : percentDecoded(publisher === 'google' ? encoded : `${publisher}/${encoded}`);
    if (operation !== undefined && model !== undefined) return modelEndpoint(model, method, operation, query);
    const [, named] = MODEL_BY_ID.exec(path) ?? [];
    const id = named === undefined ? undefined : percentDecoded(named);
    return id === undefined || METHOD_WORD.test(id) ? undefined : { ...listing('model_by_id'), target: id };
  },
  covers: (path) => OWN_PATH.test(path) || MODEL_PATH.test(path),
  tellingHeaders: ['x-goog-api-client'],
  // A key may be in the header of any dialect.
  likelyHeaders: ['x-goog-api-key'],
  keyParameter: 'key',
};

/** The whole path, and the publisher, model and method in it. */
function namedIn(path: string): readonly string[] {
  const own = MODEL_PATH.exec(path);
  return own === null ? (VERTEX_PATH.exec(path) ?? []) : [path, 'google', ...own.slice(1)];
}

function modelEndpoint(model: string, method: string, operation: Operation, query: string): Endpoint {
  const stream = method === 'streamGenerateContent';
  const isArray = stream && new URLSearchParams(query).get('alt') !== 'sse';
  return {
    kind: 'model',
    methods: ['POST'],
    protocol: isArray ? 'gemini-array' : 'gemini',
    operation,
    // It contains the model's name, so it is written for each backend.
    target: '',
    model,
    stream,
    // The system prompt is sent, too, so it must be counted.
    conversation: operation === 'generate' || operation === 'count_tokens',
    answersJson: true,
  };
}

function listing(kind: 'models' | 'model_by_id'): Endpoint {
  return {
    kind,
    methods: ['GET'],
    protocol: NAME,
    operation: 'native',
    target: '',
    conversation: false,
    answersJson: true,
  };
}
