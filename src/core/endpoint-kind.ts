import type { Endpoint } from './exchange.ts';

/** What endpoints are for, whatever dialect they belong to; the words of a key's `endpoints`. */
export const ENDPOINT_KINDS = [
  'chat',
  'completions',
  'embeddings',
  'moderations',
  'rerank',
  'images',
  'audio',
  'passthrough',
] as const;

/** One of them. */
export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

/**
 * Whether a list of kinds and paths (a trailing `*` stands for any ending) names an endpoint. The lists of models, and
 * what a caller may know of itself, are for every key.
 */
export function namesEndpoint(names: readonly string[], endpoint: Endpoint, path: string): boolean {
  const { handler } = endpoint;
  if (handler === 'models' || handler === 'model_by_id' || handler === 'admin') return true;
  const kind: string = kindOf(endpoint);
  return names.some((name) =>
    name.startsWith('/')
      ? name === path || (name.endsWith('*') && path.startsWith(name.slice(0, -1)))
      : name === '*' || name === kind,
  );
}

/** The kind of an endpoint. What of a dialect's own has no word here is passed through as it is. */
export function kindOf({ operation, target, through, handler }: Endpoint): EndpointKind {
  if (through !== undefined) return 'passthrough';
  if (operation === 'embed') return 'embeddings';
  if (operation !== 'native' || handler === 'resource') return 'chat';
  const [, word = ''] = target.split('/');
  if (word === 'responses') return 'chat';
  return ENDPOINT_KINDS.find((kind) => kind === word) ?? 'passthrough';
}
