import type { Endpoint } from '../core/exchange.ts';

/** What a path is: an endpoint, or how to tell the client that it is none. */
export type EndpointMatch =
  { readonly endpoint: Endpoint } | { readonly endpoint: undefined; readonly allow: 'GET, HEAD' | 'POST' | undefined };

const CONVERSATION = { conversation: true, answersJson: true };
const JSON_ONLY = { conversation: false, answersJson: true };
const ANYTHING = { conversation: false, answersJson: false };

/** The endpoints that name a model in their body, by their path without `/v1`. */
const MODEL_PATHS: Readonly<Record<string, { readonly conversation: boolean; readonly answersJson: boolean }>> = {
  '/chat/completions': CONVERSATION,
  '/completions': JSON_ONLY,
  '/embeddings': JSON_ONLY,
  '/moderations': JSON_ONLY,
  '/rerank': JSON_ONLY,
};
/** Nothing that could climb out of the backend's base: no dots, no escapes. */
const MEDIA_PATH = /^\/(?:images|audio)\/[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/i;

const FIXED: Readonly<Record<string, Endpoint>> = {
  '/health': local('health'),
  '/healthz': local('health'),
  '/readyz': local('ready'),
  '/metrics': local('metrics'),
  '/v1/models': local('models'),
  '/models': local('models'),
  '/admin/backends': local('backends'),
  '/admin/reload': { ...local('reload'), method: 'POST' },
};

/** Endpoints by full path, so that a known path costs one look-up. */
const KNOWN = new Map<string, Endpoint>(Object.entries(FIXED));
for (const [path, traits] of Object.entries(MODEL_PATHS)) {
  const endpoint: Endpoint = { kind: 'model', method: 'POST', target: path, ...traits };
  KNOWN.set(path, endpoint);
  KNOWN.set(`/v1${path}`, endpoint);
}

/** Finds what `method path` asks for. */
export function matchEndpoint(method: string, path: string): EndpointMatch {
  const endpoint = KNOWN.get(path) ?? unfixed(path);
  if (endpoint === undefined) return { endpoint: undefined, allow: undefined };
  if (method === endpoint.method || (method === 'HEAD' && endpoint.method === 'GET')) return { endpoint };
  return { endpoint: undefined, allow: endpoint.method === 'GET' ? 'GET, HEAD' : 'POST' };
}

function unfixed(path: string): Endpoint | undefined {
  const short = path.startsWith('/v1/') ? path.slice(3) : path;
  if (short.startsWith('/models/')) return modelById(short.slice('/models/'.length));
  return MEDIA_PATH.test(short) ? { kind: 'model', method: 'POST', target: short, ...ANYTHING } : undefined;
}

function modelById(encoded: string): Endpoint | undefined {
  try {
    return { kind: 'model_by_id', method: 'GET', target: decodeURIComponent(encoded), ...ANYTHING };
  } catch {
    return undefined;
  }
}

function local(kind: Exclude<Endpoint['kind'], 'model' | 'model_by_id'>): Endpoint {
  return { kind, method: 'GET', target: '', ...ANYTHING };
}
