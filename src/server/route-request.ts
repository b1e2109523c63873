import type { Server } from 'bun';

import type { App } from '../app.ts';
import { Refusal } from '../core/refusal.ts';
import { headerFields, type HeaderFields } from '../lib/header-fields.ts';
import { VERSION } from '../lib/version.ts';
import { traceIdOf } from '../observe/trace.ts';
import { checkEndpoint } from '../pipeline/admit.ts';
import { checkValid } from '../policies/auth.ts';
import { protocolOf } from '../protocols/registry.ts';
import { matchEndpoint } from './endpoints.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

/** No browser is to guess that an answer is a page. */
const NOT_GUESSED = { 'x-content-type-options': 'nosniff' };
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** Hands a request to the gateway; answers itself what load balancers and Prometheus ask for, which is no exchange and not logged. */
export function routeRequest(request: Request, server: Server<undefined>, app: App): Response | Promise<Response> {
  const { method, url } = request;
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  const queryAt = url.indexOf('?', pathAt);
  const path = queryAt === -1 ? url.slice(pathAt) : url.slice(pathAt, queryAt);
  const query = queryAt === -1 ? '' : url.slice(queryAt);
  const match = matchEndpoint(request, path, query);
  const kind = match.endpoint?.kind;
  if (kind === 'health') return probeAnswer(request, 200, { status: 'ok' });
  if (kind === 'ready') return readiness(request, app);
  if (kind === 'metrics' && servesMetrics(app)) return metrics(request, app);
  return app.gateway.handle({
    request,
    headers: headerFields(request.headers),
    method,
    path,
    query,
    peer: plainAddress(server.requestIP(request)?.address ?? ''),
    protocol: match.protocol,
    endpoint: kind === 'metrics' ? undefined : match.endpoint,
    allow: match.allow,
  });
}

/** What a listener of its own for metrics answers. */
export function metricsOnly(request: Request, app: App): Response {
  const { pathname } = new URL(request.url);
  return pathname === '/metrics'
    ? metrics(request, app)
    : new Response('Only /metrics is here.\n', { status: 404, headers: NOT_GUESSED });
}

/** On a socket for both families, IPv4 peers look like `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function servesMetrics({ config }: App): boolean {
  return config.metrics.enabled && config.metrics.listen === undefined;
}

function metrics(request: Request, app: App): Response {
  const fields = headerFields(request.headers);
  const traceId = traceIdOf(fields);
  try {
    if (!app.config.metrics.public) checkOperator(fields, app);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, type, code, message } = error;
    const body = protocolOf(DEFAULT_PROTOCOL).errors.body({ status, message, type, code, param: null });
    return new Response(body, {
      status,
      headers: { ...NOT_GUESSED, 'content-type': 'application/json', 'x-trace-id': traceId },
    });
  }
  return new Response(app.metrics.render(), {
    headers: { ...NOT_GUESSED, 'content-type': PROMETHEUS, 'x-trace-id': traceId },
  });
}

/** Its labels tell of everyone. */
function checkOperator(fields: HeaderFields, { gateway }: App): void {
  const now = Date.now();
  const known = gateway.snapshot.keyCheck?.find(fields, undefined, now);
  if (known === undefined) return;
  checkValid(known, now);
  checkEndpoint({ kind: 'metrics' }, known.caller);
}

function readiness(request: Request, { gateway }: App): Response {
  const { configProblems: problems } = gateway;
  const config = problems.length === 0 ? {} : { config: 'invalid: an older one is in force', problems };
  if (gateway.draining) return probeAnswer(request, 503, { status: 'draining' });
  const isServing = gateway.snapshot.backends.values().some(({ live }) => !live.dead);
  return isServing
    ? probeAnswer(request, 200, { status: 'ready', ...config })
    : probeAnswer(request, 503, { status: 'no_backend', ...config });
}

function probeAnswer(request: Request, status: number, body: object): Response {
  const traceId = traceIdOf(headerFields(request.headers));
  const headers = { ...NOT_GUESSED, 'x-trace-id': traceId, ...(status === 503 ? { 'retry-after': '1' } : {}) };
  return Response.json({ ...body, version: VERSION }, { status, headers });
}
