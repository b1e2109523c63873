import { hasNames, pathsOf } from '../admin/paths.ts';
import { adminRows } from '../admin/rows.ts';
import { consoleRows } from '../console/rows.ts';
import { pageRows } from '../console/page-rows.ts';
import type { EndpointRow, Match, Matched } from '../core/endpoint-row.ts';
import type { Endpoint, Method } from '../core/exchange.ts';
import type { MisplacedPath } from '../core/misplaced-path.ts';
import type { ProtocolName } from '../core/part.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

/** What a path is: an endpoint, or how to tell the client, in its dialect, that it is none. */
export interface EndpointMatch {
  readonly protocol: ProtocolName;
  readonly endpoint: Endpoint | undefined;
  /** The methods of an endpoint that the path does name. */
  readonly allow?: string | undefined;
  /** Where a path that names none would name one. */
  readonly misplaced?: MisplacedPath | undefined;
}

/** Nothing of a backend's. */
const LOCAL = {
  protocol: DEFAULT_PROTOCOL,
  operation: 'native',
  target: '',
  conversation: false,
  answersJson: false,
} as const;

/**
 * The table of endpoints: what a path is, who may call it, which limits a request meets there, and what handles it. The
 * paths of a dialect are rows of its folder (`front.ts`); of rows that take the same path the first counts.
 */
export const ENDPOINTS: readonly EndpointRow[] = [
  { match: local('/health', '/healthz'), auth: 'public', limits: 'none', handler: 'health' },
  { match: local('/readyz'), auth: 'public', limits: 'none', handler: 'ready' },
  { match: local('/metrics'), auth: 'scraper', limits: 'none', handler: 'metrics' },
  ...adminRows,
  ...consoleRows,
  ...pageRows,
  // Two forms of one dialect have the same rows. What is asked of models is looked for before the rest of each API.
  ...[...new Set(PROTOCOLS.flatMap(([, { front }]) => front.rows))].toSorted(
    (one, other) => Number(one.handler === 'passthrough') - Number(other.handler === 'passthrough'),
  ),
];

/** The admin API and what else only operators may see: a proxy in front may guard these very paths, so they are answered at no other spelling. */
const OPERATORS_PATHS: ReadonlySet<string> = new Set(
  ENDPOINTS.filter(({ auth, handler }) => auth === 'operator' || auth === 'scraper' || handler === 'admin').flatMap(
    ({ match }) => Object.keys(match.paths ?? {}),
  ),
);

/** Whether a path is for operators, whatever is there. */
export function isOperatorsPath(path: string): boolean {
  return OPERATORS_PATHS.has(path) || path.startsWith('/admin/');
}

/** Whether a path belongs to the admin API or the console, whatever is there. */
export function isConsolePath(path: string): boolean {
  return path === '/' || path.startsWith('/admin/') || path === '/console' || path.startsWith('/console/');
}

/**
 * The routes of what is for operators as Bun matches them with the request line, each with a function that tells whether a
 * path, its dots resolved, is one of that route.
 */
export const OPERATORS_ROUTES: ReadonlyMap<string, (path: string) => boolean> = new Map([
  ...Array.from(OPERATORS_PATHS, (known) => [known, (path: string) => path === known] as const),
  ...pathsOf()
    .filter(hasNames)
    .map(
      (each) =>
        [each.template.replaceAll(/\{(\w+)\}/g, ':$1'), (path: string) => each.namesIn(path) !== undefined] as const,
    ),
]);

/** A row at a path: what a request there asks for. */
interface Found {
  readonly endpoint: Endpoint;
  readonly row: EndpointRow;
}

/** Endpoints by full path, so that a known path costs one look-up. */
const KNOWN = new Map<string, Found>();
const FINDERS: { readonly row: EndpointRow; readonly find: NonNullable<Match['find']> }[] = [];
for (const row of ENDPOINTS) {
  const { paths = {}, find } = row.match;
  for (const [path, matched] of Object.entries(paths)) if (!KNOWN.has(path)) KNOWN.set(path, found(row, matched));
  if (find !== undefined) FINDERS.push({ row, find });
}

/** How it is found out what a request asks for. */
export type MatchEndpoint = typeof matchEndpoint;

/** Finds what a request asks for; `query` begins with its `?`, if there is one. */
export function matchEndpoint(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  written: string,
  query: string,
): EndpointMatch {
  const path = written.includes('%3') ? written.replace(ENCODED_COLON, ':') : written;
  const found = KNOWN.get(path) ?? operatorsAt(path, query) ?? endpointAt(path, query, headers);
  if (found === undefined || (found.row.match.isForBrowsers === true && !wantsPage(method, headers)))
    return { protocol: dialectOf(path, query, headers), ...NONE, misplaced: misplaced(path) };
  const endpoint =
    found.row.match.isShared === true
      ? { ...found.endpoint, protocol: namedBy(query, headers) ?? found.endpoint.protocol }
      : found.endpoint;
  const { protocol, methods } = endpoint;
  if (methods.includes(method as Method)) return { protocol, endpoint };
  const rest = restAt(path, query, headers, method as Method);
  const isAsked = endpoint.handler === 'model_by_id' && method === 'POST' && ASKED_OF_MODEL.test(path);
  // Where the rest of the API is off, this is an endpoint with other methods.
  if (rest !== undefined)
    return { protocol: rest.protocol, endpoint: rest, allow: isAsked ? undefined : methods.join(', ') };
  // What is asked of a model is written behind its name; an endpoint there is one behind a wrong base URL.
  if (endpoint.handler === 'model_by_id' && method === 'POST') {
    const wrong = misplaced(path);
    if (wrong !== undefined || isAsked) return { protocol: dialectOf(path, query, headers), ...NONE, misplaced: wrong };
  }
  return { protocol, endpoint: undefined, allow: methods.join(', ') };
}

const NONE = { endpoint: undefined };
const ASKED_OF_MODEL = /:\w+$/;
/** Some clients encode the colon in front of what is asked of a model. */
const ENCODED_COLON = /%3a(?=\w+\/*$)/i;

/**
 * The endpoint of a path that is not known as it stands. Base URLs that end in a slash, and clients that join them with
 * another, make more of them than there should be; between the segments of a name they count.
 */
function endpointAt(path: string, query: string, headers: Headers): Found | undefined {
  const plain = withoutSlashes(path);
  const found = lookUp(plain, query, headers);
  if (found !== undefined || !plain.includes('//')) return found;
  return lookUp(`/${segmentsOf(plain).join('/')}`, query, headers);
}

/** What is passed through at a path that has an endpoint of the gateway's own for other methods. */
function restAt(path: string, query: string, headers: Headers, method: Method): Endpoint | undefined {
  for (const { row, find } of FINDERS) {
    if (row.handler !== 'passthrough' || !isTold(row, query, headers)) continue;
    const matched = find(withoutSlashes(path), query);
    if (matched?.methods.includes(method) === true) return found(row, matched).endpoint;
  }
  return undefined;
}

/** Without those in front and at the end that are too many. */
function withoutSlashes(path: string): string {
  const from = firstOf(path);
  let end = path.length;
  while (end > from + 1 && path[end - 1] === '/') end--;
  return path.slice(from, end);
}

/** Where a path begins, if only the last of the slashes in front of it counts. */
function firstOf(path: string): number {
  let from = 0;
  while (path[from + 1] === '/') from++;
  return from;
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** What is for operators is found at its own spelling alone, which was looked for before. */
function lookUp(path: string, query: string, headers?: Headers): Found | undefined {
  return isOperatorsPath(path) ? undefined : (KNOWN.get(path) ?? withName(path, query, headers));
}

/** What is for operators at a path with a name in it. */
function operatorsAt(path: string, query: string): Found | undefined {
  return isOperatorsPath(path) ? withName(path, query) : undefined;
}

function withName(path: string, query: string, headers?: Headers): Found | undefined {
  for (const { row, find } of FINDERS) {
    if (!isTold(row, query, headers)) continue;
    const matched = find(path, query);
    if (matched !== undefined) return found(row, matched);
  }
  return undefined;
}

function found(row: EndpointRow, matched: Matched): Found {
  const { auth, limits, handler, upgrades } = row;
  return { endpoint: { ...matched, auth, limits, handler, upgrades }, row };
}

/** Whether a row that is for some clients alone is for these. */
function isTold(row: EndpointRow, query: string, headers: Headers | undefined): boolean {
  if (row.match.isTold !== true) return true;
  const dialect = headers === undefined ? undefined : (namedBy(query, headers) ?? likelyBy(headers));
  return dialect !== undefined && ROWS_OF.get(dialect)?.has(row) === true;
}

const ROWS_OF: ReadonlyMap<string, ReadonlySet<EndpointRow>> = new Map(
  PROTOCOLS.map(([name, { front }]) => [name, new Set(front.rows)]),
);

/** What base URLs hold: versions, names of APIs, and, by mistake, endpoints. */
const OF_BASE_URLS: ReadonlySet<string> = new Set(
  'v1 v1beta v1beta1 v1alpha v2 api openai anthropic gemini google chat completions messages responses embeddings models'.split(
    ' ',
  ),
);
/** So many segments a base URL may hold too many. */
const MOST_PREFIX_SEGMENTS = 8;

/** The longest end of a path that is an endpoint of a dialect. */
function misplaced(path: string): MisplacedPath | undefined {
  const segments = segmentsOf(path);
  const most = Math.min(segments.length - 1, MOST_PREFIX_SEGMENTS);
  for (let count = 1; count <= most && OF_BASE_URLS.has(segments[count - 1] ?? ''); count++) {
    const endpoint = `/${segments.slice(count).join('/')}`;
    const handler = lookUp(endpoint, '')?.row.handler;
    if (handler === 'model' || handler === 'models')
      return { prefix: `/${segments.slice(0, count).join('/')}`, endpoint };
  }
  return undefined;
}

/** The dialect that a client's headers name, or the key in its query. */
function namedBy(query: string, headers: Headers): ProtocolName | undefined {
  const named = PROTOCOLS.find(([, { front }]) => front.tellingHeaders.some((header) => headers.has(header)));
  if (named !== undefined || query === '') return named?.[0];
  const fields = new URLSearchParams(query);
  return PROTOCOLS.find(([, { front }]) => front.keyParameter !== undefined && fields.has(front.keyParameter))?.[0];
}

/** The dialect of whoever asks for what is not there. */
function dialectOf(path: string, query: string, headers: Headers): ProtocolName {
  const plain = `/${segmentsOf(path).join('/')}`;
  const covering = PROTOCOLS.find(([, { front }]) => front.covers(plain))?.[0];
  return covering ?? namedBy(query, headers) ?? likelyBy(headers) ?? DEFAULT_PROTOCOL;
}

function likelyBy(headers: Headers): ProtocolName | undefined {
  return PROTOCOLS.find(([, { front }]) => front.likelyHeaders?.some((header) => headers.has(header)))?.[0];
}

/** Whether a page is wanted, as browsers say; whoever looks for a sign of life by HEAD says nothing. */
function wantsPage(method: string, headers: Headers): boolean {
  return method === 'HEAD' || (method === 'GET' && headers.get('accept')?.includes('text/html') === true);
}

/** What is answered here is asked for by GET. */
function local(...paths: string[]): Match {
  return { paths: Object.fromEntries(paths.map((path) => [path, { ...LOCAL, methods: ['GET', 'HEAD'] }])) };
}
