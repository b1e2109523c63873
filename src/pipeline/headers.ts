import type { Exchange } from '../core/exchange.ts';
import { CREDENTIAL_HEADERS, credentialIn } from '../policies/auth.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/registry.ts';
import type { Snapshot } from '../snapshot.ts';
import { queryField } from './admit.ts';
import type { AttemptRun } from './settle.ts';

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

/** The headers of an attempt's request: the client's, less what is not the backend's business, plus what it needs. */
export function upstreamHeaders(run: AttemptRun, snapshot: Snapshot): Record<string, string> {
  const { exchange, attempt, protocol, crossing, client } = run;
  const { backend } = attempt.route;
  const given = exchange.request.headers.toJSON() as unknown as Readonly<Record<string, string>>;
  // Without any key in the config the client's own goes through; otherwise it ends here.
  const isOpen = backend.apiKey === undefined && snapshot.keyCheck === undefined;
  const dropped = isOpen && crossing === undefined ? NOT_SENT_UP : NOT_SENT_UP_WITH_KEYS;
  const headers: Record<string, string> = {};
  for (const name in given) if (!dropped.has(name)) headers[name] = given[name] ?? '';
  const { connection: listed, 'x-forwarded-for': forwardedFor } = given;
  if (listed !== undefined) dropListed(headers, listed);
  if (crossing !== undefined) dropOwn(headers, client);
  const needed = protocol.wire.headers;
  for (const name in needed) headers[name] ??= needed[name] ?? '';
  if (crossing !== undefined) Object.assign(headers, crossing.headers, { 'content-type': 'application/json' });
  const key = backend.apiKey ?? (isOpen ? clientKey(run) : undefined);
  const place = backend.credential ?? protocol.wire.credential;
  if (key !== undefined && place !== 'none') headers[place.name] = place.prefix + key;
  // Events are looked at one by one, so they are not to be compressed.
  headers['accept-encoding'] = 'identity';
  headers['x-trace-id'] = exchange.traceId;
  // Taken for JSON here, it must not be guessed at behind.
  if (exchange.body?.text !== undefined) headers['content-type'] ??= 'application/json';
  if (snapshot.config.proxy.forward_client_ip && exchange.peer !== '') {
    const chain = snapshot.trustedProxies.has(exchange.peer) ? forwardedFor : undefined;
    headers['x-forwarded-for'] = chain === undefined ? exchange.peer : `${chain}, ${exchange.peer}`;
  }
  return Object.assign(headers, backend.headers);
}

/**
 * The upstream's headers as the client may see them, with what tells where the answer comes from. `from` is the dialect
 * that the upstream was spoken to in.
 */
export function clientHeaders(
  upstream: Headers,
  exchange: Exchange,
  client: Protocol,
  from: string | undefined = exchange.spoken,
): Headers {
  const headers = new Headers(upstream);
  const listed = headers.get('connection');
  if (listed !== null) for (const name of listed.split(',')) deleteQuietly(headers, name.trim());
  for (const name of NOT_SENT_DOWN) headers.delete(name);
  if (from !== undefined && from !== client.name) translateHeaders(headers, protocolOf(from), client);
  return identify(headers, exchange, client);
}

/** The headers of an answer that the gateway makes itself. */
export function ownHeaders(values: Readonly<Record<string, string>>, exchange: Exchange, client: Protocol): Headers {
  return identify(new Headers(values), exchange, client);
}

/** Every answer has a request ID where its client looks for one: the upstream's, or the trace ID. */
function identify(headers: Headers, exchange: Exchange, { wire }: Protocol): Headers {
  const own = wire.requestIdHeader;
  if (!headers.has('x-request-id')) headers.set('x-request-id', headers.get(own) ?? exchange.traceId);
  if (own !== 'x-request-id' && !headers.has(own)) headers.set(own, headers.get('x-request-id') ?? exchange.traceId);
  return describeExchange(headers, exchange);
}

/** What a backend of another dialect says in headers, as the client's dialect says it; the rest is left out. */
function translateHeaders(headers: Headers, upstream: Protocol, client: Protocol): void {
  const limits = upstream.wire.readLimits(headers);
  const id = headers.get(upstream.wire.requestIdHeader);
  const own = [...headers.keys()].filter((name) => isOwn(name, upstream));
  for (const name of own) headers.delete(name);
  headers.delete(upstream.wire.requestIdHeader);
  headers.delete('etag');
  if (id !== null) headers.set(client.wire.requestIdHeader, id);
  if (limits !== undefined) {
    for (const [name, value] of Object.entries(client.wire.limitHeaders(limits))) headers.set(name, value);
  }
}

/** The client's own key, where it does not stand already where the backend looks for it. */
function clientKey({ exchange, client, crossing }: AttemptRun): string | undefined {
  const inQuery = queryField(exchange.query, client.front.keyParameter);
  return crossing === undefined ? inQuery : (credentialIn(exchange.request.headers) ?? inQuery);
}

function isOwn(name: string, { wire }: Protocol): boolean {
  return wire.headerPrefixes.some((prefix) => name.startsWith(prefix));
}

function dropOwn(headers: Record<string, string>, client: Protocol): void {
  for (const name in headers) if (isOwn(name, client) || name === 'accept') delete headers[name];
}

/** Adds what every answer says of its way: the trace ID, and the route that was tried last. */
export function describeExchange(headers: Headers, exchange: Exchange): Headers {
  headers.set('x-trace-id', exchange.traceId);
  if (exchange.route !== undefined) {
    headers.set('x-llm-proxy-backend', exchange.route.backend.name);
    headers.set('x-llm-proxy-model', visible(exchange.route.model));
    headers.set('x-llm-proxy-attempts', String(exchange.attempts));
  }
  if (exchange.dropped.length > 0) headers.set('x-llm-proxy-dropped', exchange.dropped.map(visible).join(', '));
  if (exchange.estimated) headers.set('x-llm-proxy-estimated', 'tokens');
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
