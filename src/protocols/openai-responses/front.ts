import type { Endpoint, Method, Operation } from '../../core/exchange.ts';
import { pathSegment } from '../../core/upstream-url.ts';
import { at, atEveryBase, belowBase } from '../openai/bases.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** Ids of responses are word characters; nothing that could climb out of the backend's base. Sealed ones are long. */
const KEPT = /^\/responses\/([\w-]{1,1500})(?:\/(cancel|input_items))?$/;

/** What can be done with a kept response, and with what hangs below it. */
const METHODS: ReadonlyMap<string, readonly Method[]> = new Map<string, readonly Method[]>([
  ['', ['GET', 'DELETE']],
  ['cancel', ['POST']],
  ['input_items', ['GET']],
]);

const PLAIN: ReadonlyMap<string, Endpoint> = new Map([
  ['/responses', modelEndpoint('/responses', 'generate', 'optional')],
  ['/responses/input_tokens', modelEndpoint('/responses/input_tokens', 'count_tokens', 'optional')],
  ['/responses/compact', modelEndpoint('/responses/compact', 'native')],
]);

/** `/v1/responses` and what hangs below it, below every base that OpenAI's clients know. */
export const front: Front = {
  fixed: atEveryBase(PLAIN),
  find: (whole, query) => {
    const { base, path } = belowBase(whole);
    const plain = PLAIN.get(path);
    if (plain !== undefined) return at(base, plain);
    const [, id, below = ''] = KEPT.exec(path) ?? [];
    const methods = METHODS.get(below);
    if (id === undefined || methods === undefined) return undefined;
    const target = `/responses/${pathSegment(id)}${below === '' ? '' : `/${below}`}`;
    // A response that is still being made can be followed.
    const stream = new URLSearchParams(query).get('stream') === 'true';
    return at(base, { ...modelEndpoint(target, 'native'), kind: 'resource', methods, resource: id, stream });
  },
  covers: (path) => /^(?:\/(?:v1|api|openai))*\/responses(?:\/|$)/.test(path),
  tellingHeaders: [],
  keyParameter: undefined,
};

function modelEndpoint(target: string, operation: Operation, modelIs?: 'optional'): Endpoint {
  return {
    kind: 'model',
    methods: ['POST'],
    protocol: NAME,
    operation,
    target,
    // The prompt is part of what will be sent, and so of what is to be counted.
    conversation: operation === 'generate' || operation === 'count_tokens',
    answersJson: true,
    modelIs,
  };
}
