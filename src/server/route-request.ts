import type { App } from '../app.ts';
import { ANONYMOUS } from '../core/caller.ts';
import type { Handler } from '../core/endpoint-row.ts';
import type { Endpoint } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { Upgrade } from '../core/upgrade.ts';
import { headerFields } from '../lib/header-fields.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { RELEASE } from '../lib/version.ts';
import { traceIdOf } from '../records/trace.ts';
import { keyShown } from '../admission/auth.ts';
import { checkValid } from '../admission/caller-key.ts';
import { checkEndpoint } from '../admission/operators.ts';
import { serveConsole } from '../console/serve-console.ts';
import { protocolOf } from '../protocols/registry.ts';
import { isConsolePath, isOperatorsPath, type MatchEndpoint } from './endpoints.ts';
import type { Answered, BunServer } from './listen.ts';
import { isPreflight, objectionTo } from './objection.ts';
import { targetOf } from './request-target.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

/** No browser is to guess that an answer is a page. */
const NOT_GUESSED = { 'x-content-type-options': 'nosniff' };
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** Where requests go: the gateway with what is beside it, by a table of endpoints. */
export interface Site {
  readonly app: App;
  readonly match: MatchEndpoint;
  /** Where the console and the admin API have a listener of their own, each answers its own alone. */
  readonly listener: 'main' | 'console';
}

/**
 * Hands a request to the gateway; answers itself what load balancers and Prometheus ask for, which is no exchange and not
 * logged. `isLiteral`: the request line holds the path as it stands here, with nothing resolved.
 */
export function routeRequest(request: Request, server: BunServer, site: Site, isLiteral: boolean): Answered {
  const headers = headerFields(request.headers);
  const { cors } = site.app.gateway.snapshot;
  if (cors === undefined) return answer(request, headers, server, { site, isLiteral });
  const { origin } = headers;
  if (origin !== undefined && isPreflight(request.method, headers) && cors.allows(origin)) {
    const asksForPrivate = headers['access-control-request-private-network'] === 'true';
    const allowed = cors.preflight(origin, headers['access-control-request-headers'], asksForPrivate);
    return new Response(null, { status: 204, headers: { ...allowed, 'x-trace-id': traceIdOf(headers) } });
  }
  const marked = (response: Response | undefined): Response | undefined => {
    if (response !== undefined) cors.mark(response.headers, origin);
    return response;
  };
  const response = answer(request, headers, server, { site, isLiteral });
  return response instanceof Promise ? response.then(marked) : marked(response);
}

function answer(
  request: Request,
  headers: HeaderFields,
  server: BunServer,
  { site: { app, match: matchIn, listener }, isLiteral }: { readonly site: Site; readonly isLiteral: boolean },
): Answered {
  const { method, url } = request;
  const target = targetOf(url);
  const { path, query } = target ?? { path: url, query: '' };
  let match = matchIn(request, path, query);
  const probe = match.endpoint === undefined ? undefined : PROBES[match.endpoint.handler];
  if (probe !== undefined) return probe(request, app);
  // A proxy in front that guards these paths has not seen them, if they come of dots that were resolved here.
  if (!isLiteral && isOperatorsPath(path)) match = { protocol: match.protocol, endpoint: undefined };
  const { snapshot } = app.gateway;
  if (match.endpoint?.handler === 'console') {
    const isElsewhere = snapshot.signIn.isApart && listener === 'main';
    const page = isElsewhere ? undefined : consolePage(request, headers, app);
    if (page !== undefined) return page;
    match = { protocol: match.protocol, endpoint: undefined };
  }
  const isMetrics = match.endpoint?.handler === 'metrics';
  const upgrades = match.endpoint?.upgrades === true;
  const isForOperators = isOperatorsPath(path) || isConsolePath(path);
  const head = { method, url, headers, target, upgrades, isForOperators };
  const objection =
    objectionTo(head, snapshot, server, listener) ?? elsewhere(match.endpoint, path, { listener, ...snapshot.signIn });
  const peer = plainAddress(server.requestIP(request)?.address ?? '');
  if (isMetrics && app.gateway.snapshot.metricsEndpoint.isBesideApi) return metrics(headers, app, { peer, objection });
  return app.gateway.handle({
    request,
    headers,
    method,
    path,
    query,
    peer,
    protocol: match.protocol,
    endpoint: isMetrics ? undefined : match.endpoint,
    allow: match.allow,
    misplaced: match.misplaced,
    objection,
    upgrade: upgrades ? upgradeOf(request, server) : undefined,
  });
}

/** The Refusal of what another listener answers. */
function elsewhere(
  endpoint: Endpoint | undefined,
  path: string,
  { listener, isApart }: Pick<Site, 'listener'> & { readonly isApart: boolean },
): Refusal | undefined {
  if (!isApart && listener === 'main') return undefined;
  const isConsole = isConsolePath(path) || endpoint?.handler === 'admin' || endpoint?.handler === 'sign_in';
  if (isConsole === (listener === 'console')) return undefined;
  const [what, where] = isConsole ? ['The admin API and the console', 'admin.listen'] : ['The API', 'listen'];
  return new Refusal('unknown_path', `${what} of this gateway are at another address: \`${where}\` in its config.`);
}

/**
 * A file of the console, which is no exchange and not logged. Undefined: there is no console, or no such request. Pages of
 * others may lead here, for there is nothing in these files to protect.
 */
function consolePage(request: Request, headers: HeaderFields, { gateway }: App): Promise<Response> | undefined {
  const { method, url } = request;
  const target = targetOf(url);
  const head = { method, url, headers, target, upgrades: false };
  if (!gateway.snapshot.servesConsole || target === undefined) return undefined;
  if (objectionTo(head, { webPages: undefined }, {}) !== undefined) return undefined;
  return serveConsole(target.path, headers);
}

/** Makes a WebSocket of the request, if it asks for one. */
function upgradeOf(request: Request, server: BunServer): Upgrade {
  return (listener, headers) => server.upgrade(request, { data: listener, headers });
}

/** What a listener of its own for metrics answers. */
export function metricsOnly(request: Request, server: BunServer, app: App, isLiteral: boolean): Response {
  const headers = headerFields(request.headers);
  const { method, url } = request;
  const target = targetOf(url);
  const isKnown = isLiteral && target?.path === '/metrics';
  const objection = objectionTo({ method, url, headers, target, upgrades: false }, app.gateway.snapshot, server);
  if (!isKnown && objection === undefined)
    return new Response('Only /metrics is here.\n', { status: 404, headers: NOT_GUESSED });
  return metrics(headers, app, { peer: plainAddress(server.requestIP(request)?.address ?? ''), objection });
}

/** On a socket for both families, IPv4 peers look like `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function metrics(
  headers: HeaderFields,
  app: App,
  { peer, objection }: { readonly peer: string; readonly objection: Refusal | undefined },
): Response {
  const traceId = traceIdOf(headers);
  try {
    if (objection !== undefined) throw objection;
    if (!app.gateway.snapshot.metricsEndpoint.isPublic) checkOperator(headers, peer, app);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, type, code, message, details } =
      (error.status === 401 ? app.failedKeys.count(peer)?.refusal : undefined) ?? error;
    const body = protocolOf(DEFAULT_PROTOCOL).errors.body({ status, message, type, code, param: null });
    const fields = { ...NOT_GUESSED, 'content-type': 'application/json', 'x-trace-id': traceId, ...details.headers };
    return new Response(body, { status, headers: fields });
  }
  return new Response(app.metrics.render(), {
    headers: { ...NOT_GUESSED, 'content-type': PROMETHEUS, 'x-trace-id': traceId },
  });
}

/** Its labels tell of everyone. */
function checkOperator(headers: HeaderFields, peer: string, { gateway: { snapshot } }: App): void {
  const now = Date.now();
  const known = keyShown({ headers, inQuery: undefined }, snapshot, now);
  if (known !== undefined) checkValid(known, now);
  checkEndpoint({ auth: 'scraper' }, { peer, headers, caller: known?.caller ?? ANONYMOUS }, snapshot);
}

/** What load balancers ask for, by the handler of its endpoint. */
const PROBES: Readonly<Partial<Record<Handler, (request: Request, app: App) => Response>>> = {
  health: (request) => probeAnswer(request, 200, { status: 'ok', version: RELEASE }),
  ready: readiness,
};

function readiness(request: Request, { gateway, features }: App): Response {
  const { unready: reason } = gateway;
  const degraded = features.degraded();
  return reason === undefined
    ? probeAnswer(request, 200, { status: 'ready', degraded })
    : probeAnswer(request, 503, { status: 'not_ready', reason, degraded });
}

/** Strangers read it: its state, and nothing about what it is made of or what is wrong with it. */
function probeAnswer(request: Request, status: number, body: object): Response {
  const traceId = traceIdOf(headerFields(request.headers));
  const headers = { ...NOT_GUESSED, 'x-trace-id': traceId, ...(status === 503 ? { 'retry-after': '1' } : {}) };
  return Response.json(body, { status, headers });
}
