import { KEPT, MODEL, type Matched } from '../../core/endpoint-row.ts';
import type { Method, Operation } from '../../core/exchange.ts';
import { pathSegment } from '../../core/upstream-url.ts';
import { at, atEveryBase, belowBase, VERTEX_BASE } from '../openai/bases.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** Response ids consist of word characters, so a path cannot leave the backend's base. Sealed ids are long. */
const KEPT_PATH = /^\/responses\/([\w-]{1,1500})(?:\/(cancel|input_items))?$/;

/** The methods for a kept response, and for the paths below it. */
const METHODS: ReadonlyMap<string, readonly Method[]> = new Map<string, readonly Method[]>([
  ['', ['GET', 'DELETE']],
  ['cancel', ['POST']],
  ['input_items', ['GET']],
]);

const PLAIN: ReadonlyMap<string, Matched> = new Map([
  ['/responses', modelEndpoint('/responses', 'generate', 'optional')],
  ['/responses/input_tokens', modelEndpoint('/responses/input_tokens', 'count_tokens', 'optional')],
  ['/responses/compact', modelEndpoint('/responses/compact', 'native')],
]);

/** `/v1/responses` and the paths below it, below every base that OpenAI's clients use. */
export const front: Front = {
  rows: [
    { ...MODEL, match: { paths: atEveryBase(PLAIN), find: below, examples: [`${VERTEX_BASE}/responses`] } },
    {
      ...KEPT,
      match: { find: kept, examples: ['', '/cancel', '/input_items'].map((end) => `/v1/responses/resp_1${end}`) },
    },
  ],
  covers: (path) => /^(?:\/(?:v1|api|openai))*\/responses(?:\/|$)/.test(path),
  tellingHeaders: [],
  keyParameter: undefined,
};

function below(whole: string): Matched | undefined {
  const { base, path } = belowBase(whole);
  const plain = PLAIN.get(path);
  return plain === undefined ? undefined : at(base, plain);
}

function kept(whole: string, query: string): Matched | undefined {
  const { base, path } = belowBase(whole);
  const [, id, end = ''] = KEPT_PATH.exec(path) ?? [];
  const methods = METHODS.get(end);
  if (id === undefined || methods === undefined) return undefined;
  const target = `/responses/${pathSegment(id)}${end === '' ? '' : `/${end}`}`;
  // A client can follow a response in progress.
  const stream = new URLSearchParams(query).get('stream') === 'true';
  return at(base, { ...modelEndpoint(target, 'native'), methods, resource: id, stream });
}

function modelEndpoint(target: string, operation: Operation, modelIs?: 'optional'): Matched {
  return {
    methods: ['POST'],
    protocol: NAME,
    operation,
    target,
    // The system prompt is sent, too, so it must be counted.
    conversation: operation === 'generate' || operation === 'count_tokens',
    answersJson: true,
    modelIs,
  };
}
