import { percentDecoded } from '../../lib/percent-encoding.ts';
import type { Endpoint, Operation } from '../../core/exchange.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** What a model can be asked for, by the word after the colon. */
const METHODS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['generateContent', 'generate'],
  ['streamGenerateContent', 'generate'],
  ['countTokens', 'count_tokens'],
  ['embedContent', 'embed'],
  ['batchEmbedContents', 'embed'],
]);

/** Aliases may hold slashes; `models/` in front of them is Google's. */
const MODEL_PATH = /^\/v1(?:beta|alpha)?\/models\/(.+):(\w+)$/;
const MODEL_BY_ID = /^\/v1(?:beta|alpha)\/models\/(.+)$/;
/** Vertex AI's, with a project and without; it calls aliases with a slash models of other publishers. */
const VERTEX_PATH = /^\/v1(?:beta1)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/publishers\/([^/]+)\/models\/(.+):(\w+)$/;
/** What is asked of a model; `:8b` and `:latest`, which end aliases, are not. */
const METHOD_WORD = /:[a-z]+[A-Z]\w*$/;

/** What only Google's APIs have; below `/v1beta/openai` it is OpenAI's. */
const OWN_PATH =
  /^(?:\/(?:v1|upload|download|api|gemini))*\/v1(?:beta1?|alpha)\/(?!openai\/)|^(?:\/v1)*\/(?:projects|publishers)\//;

/** `/v1beta/models/{model}:{method}`, the same below `/v1` and at Vertex AI's paths, and the lists of models below `/v1beta`. */
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
  // Keys may stand in any of the dialects' headers.
  likelyHeaders: ['x-goog-api-key'],
  keyParameter: 'key',
};

/** What a path names: publisher, model and method, after the whole. */
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
    // The model's own name is in it, and so it is written for each backend anew.
    target: '',
    model,
    stream,
    // The prompt is part of what will be sent, and so of what is to be counted.
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
