import type { Endpoint, Method } from '../core/exchange.ts';
import type { ProtocolName } from '../core/part.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

/** What a path is: an endpoint, or how to tell the client, in its dialect, that it is none. */
export interface EndpointMatch {
  readonly protocol: ProtocolName;
  readonly endpoint: Endpoint | undefined;
  /** The methods of an endpoint that the path does name. */
  readonly allow?: string;
}

/** What the gateway answers itself. */
const OWN: Readonly<Record<string, Endpoint>> = {
  '/health': local('health'),
  '/healthz': local('health'),
  '/readyz': local('ready'),
  '/metrics': local('metrics'),
  '/admin/backends': local('backends'),
  '/admin/reload': local('reload', 'POST'),
};

/** What only operators may see: a proxy in front may guard these very paths, so they are answered at no other spelling. */
export const OPERATORS_PATHS: ReadonlySet<string> = new Set(
  Object.keys(OWN).filter((path) => path === '/metrics' || path.startsWith('/admin/')),
);

/** Endpoints by full path, so that a known path costs one look-up. */
const KNOWN = new Map<string, Endpoint>(Object.entries(OWN));
for (const [, { front }] of PROTOCOLS) {
  for (const [path, endpoint] of Object.entries(front.fixed)) KNOWN.set(path, endpoint);
}

/** Finds what a request asks for; `query` begins with its `?`, if there is one. */
export function matchEndpoint(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  path: string,
  query: string,
): EndpointMatch {
  const found = KNOWN.get(path) ?? (path.startsWith('//') ? withoutExtraSlashes(path, query) : withName(path, query));
  if (found === undefined) return { protocol: dialectAt(path), endpoint: undefined };
  const endpoint = isShared(found) ? { ...found, protocol: toldBy(headers) ?? found.protocol } : found;
  const { protocol, methods } = endpoint;
  if (methods.includes(method as Method) || (method === 'HEAD' && methods.includes('GET')))
    return { protocol, endpoint };
  const allow = methods.flatMap((allowed) => (allowed === 'GET' ? ['GET', 'HEAD'] : [allowed])).join(', ');
  return { protocol, endpoint: undefined, allow };
}

function withName(path: string, query: string): Endpoint | undefined {
  for (const [, { front }] of PROTOCOLS) {
    const endpoint = front.find(path, query);
    if (endpoint !== undefined) return endpoint;
  }
  return undefined;
}

/** A base URL that ends in a slash makes `//v1/…`. Only what is for everyone is found so. */
function withoutExtraSlashes(path: string, query: string): Endpoint | undefined {
  let from = 0;
  while (path[from + 1] === '/') from++;
  const plain = path.slice(from);
  return Object.hasOwn(OWN, plain) ? undefined : (KNOWN.get(plain) ?? withName(plain, query));
}

/** Lists of models are at one path for several dialects. */
function isShared({ kind }: Endpoint): boolean {
  return kind === 'models' || kind === 'model_by_id';
}

/** The dialect that a client's headers tell. */
function toldBy(headers: Headers): ProtocolName | undefined {
  return PROTOCOLS.find(([, { front }]) => front.tellingHeaders.some((header) => headers.has(header)))?.[0];
}

function dialectAt(path: string): ProtocolName {
  return PROTOCOLS.find(([, { front }]) => front.covers(path))?.[0] ?? DEFAULT_PROTOCOL;
}

function local(kind: Endpoint['kind'], method: Method = 'GET'): Endpoint {
  const none = { target: '', conversation: false, answersJson: false };
  return { kind, methods: [method], protocol: DEFAULT_PROTOCOL, operation: 'native', ...none };
}
