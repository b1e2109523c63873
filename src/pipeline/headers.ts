import type { Exchange } from '../core/exchange.ts';
import type { Route } from '../core/route.ts';
import { CREDENTIAL_HEADERS } from '../policies/auth.ts';
import type { Snapshot } from '../snapshot.ts';

/** Headers that belong to one connection and end with it (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;

/** Of the client's, besides: what the gateway sets itself, and what is between the client and the gateway alone. */
const NOT_SENT_UP: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'content-length',
  'expect',
  'cookie',
  'accept-encoding',
  'forwarded',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
]);
const NOT_SENT_UP_WITH_KEYS: ReadonlySet<string> = new Set([...NOT_SENT_UP, ...CREDENTIAL_HEADERS]);

/** Of the upstream's, besides: what no longer holds here, and what another site must not say in the gateway's name. */
const NOT_SENT_DOWN = [
  ...HOP_BY_HOP,
  'set-cookie',
  'content-length',
  'content-encoding',
  'alt-svc',
  'x-trace-id',
] as const;

/** The headers of the request to `route`: the client's, less what is not the backend's business, plus what it needs. */
export function upstreamHeaders(exchange: Exchange, route: Route, snapshot: Snapshot): Record<string, string> {
  const given = exchange.request.headers.toJSON() as unknown as Readonly<Record<string, string>>;
  // Without any key in the config the client's own goes through; otherwise it ends here.
  const { apiKey } = route.backend;
  const dropped = apiKey === undefined && snapshot.keyCheck === undefined ? NOT_SENT_UP : NOT_SENT_UP_WITH_KEYS;
  const headers: Record<string, string> = {};
  for (const name in given) if (!dropped.has(name)) headers[name] = given[name] ?? '';
  const { connection: listed, 'x-forwarded-for': forwardedFor } = given;
  if (listed !== undefined) dropListed(headers, listed);
  if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
  // Events are looked at one by one, so they are not to be compressed.
  headers['accept-encoding'] = 'identity';
  headers['x-trace-id'] = exchange.traceId;
  // Taken for JSON here, it must not be guessed at behind.
  if (exchange.body?.text !== undefined) headers['content-type'] ??= 'application/json';
  if (snapshot.config.proxy.forward_client_ip && exchange.peer !== '') {
    const chain = snapshot.trustedProxies.has(exchange.peer) ? forwardedFor : undefined;
    headers['x-forwarded-for'] = chain === undefined ? exchange.peer : `${chain}, ${exchange.peer}`;
  }
  return Object.assign(headers, route.backend.headers);
}

/** The upstream's headers as the client may see them, with what tells where the answer comes from. */
export function clientHeaders(upstream: Headers, exchange: Exchange): Headers {
  const headers = new Headers(upstream);
  const listed = headers.get('connection');
  if (listed !== null) for (const name of listed.split(',')) deleteQuietly(headers, name.trim());
  for (const name of NOT_SENT_DOWN) headers.delete(name);
  if (!headers.has('x-request-id')) headers.set('x-request-id', exchange.traceId);
  return describeExchange(headers, exchange);
}

/** Adds what every answer says of its way: the trace ID, and the route that was tried last. */
export function describeExchange(headers: Headers, exchange: Exchange): Headers {
  headers.set('x-trace-id', exchange.traceId);
  if (exchange.route !== undefined) {
    headers.set('x-llm-proxy-backend', exchange.route.backend.name);
    headers.set('x-llm-proxy-model', visible(exchange.route.model));
    headers.set('x-llm-proxy-attempts', String(exchange.attempts));
  }
  return headers;
}

/** `Connection: a, b` makes `a` and `b` hop-by-hop too. */
function dropListed(headers: Record<string, string>, listed: string): void {
  for (const name of listed.toLowerCase().split(',')) {
    const trimmed = name.trim();
    if (trimmed !== '' && trimmed !== 'content-type' && trimmed !== 'authorization') delete headers[trimmed];
  }
}

function deleteQuietly(headers: Headers, name: string): void {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && name.toLowerCase() !== 'content-type') headers.delete(name);
}

/** Header values are Latin-1 without controls; a model's name, which may be the client's, need not be. */
function visible(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
