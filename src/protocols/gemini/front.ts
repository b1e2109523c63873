import { percentDecoded } from '../../lib/percent-encoding.ts';
import { MODEL, MODEL_BY_ID, MODEL_LIST, type Matched } from '../../core/endpoint-row.ts';
import type { Operation } from '../../core/exchange.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';
import { REST } from './rest.ts';

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
const NAMED_MODEL = /^\/v1(?:beta|alpha)\/models\/(.+)$/;
/**
 * Vertex AI's paths, with and without a project. An alias with a slash looks like a model of another publisher there.
 */
const VERTEX_PATH = /^\/v1(?:beta1)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/publishers\/([^/]+)\/models\/(.+):(\w+)$/;
/** A word that names an operation. `:8b` and `:latest` are ends of aliases. */
const METHOD_WORD = /:[a-z]+[A-Z]\w*$/;

/** What a model has been told to do, and is doing. */
const OPERATION = /^[^/]+\/operations\/[^/]+$/;

/** Paths that only Google's APIs have. Those below `/v1beta/openai` are OpenAI's. */
const OWN_PATH =
  /^(?:\/(?:v1|upload|download|api|gemini))*\/v1(?:beta1?|alpha)\/(?!openai\/)|^(?:\/v1)*\/(?:projects|publishers)\//;

/**
 * `/v1beta/models/{model}:{method}`, the same below `/v1` and at Vertex AI's paths, and the model lists below
 * `/v1beta`.
 */
export const front: Front = {
  rows: [
    {
      ...MODEL,
      match: {
        find: ofModel,
        examples: [
          '/v1beta/models/mine:generateContent',
          '/v1/models/mine:embedContent',
          '/v1/projects/p/locations/l/publishers/google/models/mine:streamGenerateContent',
        ],
      },
    },
    {
      ...MODEL_LIST,
      match: { paths: { '/v1beta/models': listing(''), '/v1alpha/models': listing('') }, isShared: true },
    },
    { ...MODEL_BY_ID, match: { find: modelById, examples: ['/v1beta/models/mine'], isShared: true } },
    ...REST,
  ],
  covers: (path) => OWN_PATH.test(path) || MODEL_PATH.test(path),
  tellingHeaders: ['x-goog-api-client'],
  // A key may be in the header of any dialect.
  likelyHeaders: ['x-goog-api-key'],
  keyParameter: 'key',
};

function ofModel(path: string, query: string): Matched | undefined {
  const [, publisher, encoded, method = ''] = namedIn(path);
  const operation = METHODS.get(method);
  if (operation === undefined || encoded === undefined) return undefined;
  const model = percentDecoded(publisher === 'google' ? encoded : `${publisher}/${encoded}`);
  return model === undefined ? undefined : modelEndpoint(model, method, operation, query);
}

function modelById(path: string): Matched | undefined {
  const [, named] = NAMED_MODEL.exec(path) ?? [];
  const id = named === undefined ? undefined : percentDecoded(named);
  return id === undefined || METHOD_WORD.test(id) || OPERATION.test(id) ? undefined : listing(id);
}

/** The whole path, and the publisher, model and method in it. */
function namedIn(path: string): readonly string[] {
  const own = MODEL_PATH.exec(path);
  return own === null ? (VERTEX_PATH.exec(path) ?? []) : [path, 'google', ...own.slice(1)];
}

function modelEndpoint(model: string, method: string, operation: Operation, query: string): Matched {
  const stream = method === 'streamGenerateContent';
  const isArray = stream && new URLSearchParams(query).get('alt') !== 'sse';
  return {
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

function listing(target: string): Matched {
  return {
    methods: ['GET', 'HEAD'],
    protocol: NAME,
    operation: 'native',
    target,
    conversation: false,
    answersJson: true,
  };
}
