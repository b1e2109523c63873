import type { Endpoint, Method, Operation } from '../../core/exchange.ts';
import { pathSegment } from '../../core/upstream-url.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** Ids of responses are word characters; nothing that could climb out of the backend's base. Sealed ones are long. */
const KEPT = /^(?:\/v1)?\/responses\/([\w-]{1,1500})(?:\/(cancel|input_items))?$/;

/** What can be done with a kept response, and with what hangs below it. */
const METHODS: ReadonlyMap<string, readonly Method[]> = new Map<string, readonly Method[]>([
  ['', ['GET', 'DELETE']],
  ['cancel', ['POST']],
  ['input_items', ['GET']],
]);

/** `/v1/responses` and what hangs below it, with `/v1` and without. */
export const front: Front = {
  fixed: Object.fromEntries(
    [
      modelEndpoint('/responses', 'generate'),
      modelEndpoint('/responses/input_tokens', 'count_tokens'),
      modelEndpoint('/responses/compact', 'native'),
    ].flatMap((endpoint) => [
      [endpoint.target, endpoint],
      [`/v1${endpoint.target}`, endpoint],
    ]),
  ),
  find: (path, query) => {
    const [, id, below = ''] = KEPT.exec(path) ?? [];
    const methods = METHODS.get(below);
    if (id === undefined || methods === undefined) return undefined;
    const target = `/responses/${pathSegment(id)}${below === '' ? '' : `/${below}`}`;
    // A response that is still being made can be followed.
    const stream = new URLSearchParams(query).get('stream') === 'true';
    return { ...modelEndpoint(target, 'native'), kind: 'resource', methods, resource: id, stream };
  },
  covers: (path) => /^(?:\/v1)?\/responses(?:\/|$)/.test(path),
  tellingHeaders: [],
  keyParameter: undefined,
};

function modelEndpoint(target: string, operation: Operation): Endpoint {
  return {
    kind: 'model',
    methods: ['POST'],
    protocol: NAME,
    operation,
    target,
    // The prompt is part of what will be sent, and so of what is to be counted.
    conversation: operation === 'generate' || operation === 'count_tokens',
    answersJson: true,
  };
}
