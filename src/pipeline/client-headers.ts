import type { Exchange } from '../core/exchange.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/registry.ts';
import { streamType } from './framed.ts';
import { HOP_BY_HOP } from './hop-by-hop.ts';

/** Of the upstream's, besides: what no longer holds here, and what another site must not say in the gateway's name. */
const NOT_SENT_DOWN = [
  ...HOP_BY_HOP,
  'set-cookie',
  'content-length',
  'content-encoding',
  'alt-svc',
  'x-trace-id',
] as const;

type ResponseBody = ConstructorParameters<typeof Response>[0];

/** For whom a response is. */
interface Addressee {
  readonly exchange: Exchange;
  /** The client's. */
  readonly protocol: Protocol;
}

/** What of an upstream's answer its response is made from. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * A response with the upstream's headers as the client may see them. They are edited within the response, where they
 * have been copied once: to make them up outside is a second copy, and the dearest thing about a response.
 */
export function upstreamResponse(
  body: ResponseBody,
  { status, headers }: AnswerHead,
  to: Addressee,
  from?: string,
): Response {
  const response = new Response(body, { status, headers });
  editHeaders(response.headers, to, from);
  return response;
}

/**
 * Makes of an upstream's headers what the client may see of them, with what tells where the answer comes from. `from` is
 * the dialect that the upstream was spoken to in.
 */
export function editHeaders(
  headers: Headers,
  { exchange, protocol: client }: Addressee,
  from: string | undefined = exchange.spoken,
): void {
  const listed = headers.get('connection');
  if (listed !== null) for (const name of listed.split(',')) deleteQuietly(headers, name.trim());
  for (const name of NOT_SENT_DOWN) headers.delete(name);
  if (from !== undefined && from !== client.name) translateHeaders(headers, protocolOf(from), client);
  describe(headers, exchange, client);
}

/** A response that the gateway makes itself. */
export function ownResponse(
  body: ResponseBody,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  { exchange, protocol: client }: Addressee,
): Response {
  const response = new Response(body, { status, headers });
  describe(response.headers, exchange, client);
  return response;
}

/** The headers of a stream that begins before anything is known of its outcome. */
export function earlyHeaders(exchange: Exchange, client: Protocol): Headers {
  const headers = new Headers({ 'content-type': streamType(client), 'cache-control': 'no-cache' });
  identify(headers, exchange, client);
  return headers;
}

/** Every answer has a request ID where its client looks for one: the upstream's, or the trace ID. */
function identify(headers: Headers, exchange: Exchange, { wire }: Protocol): void {
  const own = wire.requestIdHeader;
  headers.set('x-trace-id', exchange.traceId);
  if (!headers.has('x-request-id')) headers.set('x-request-id', headers.get(own) ?? exchange.traceId);
  if (own !== 'x-request-id' && !headers.has(own)) headers.set(own, headers.get('x-request-id') ?? exchange.traceId);
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

/** Adds the request ID, and what an answer says of its way: the route that was tried last, and what the request lost. */
function describe(headers: Headers, exchange: Exchange, client: Protocol): void {
  identify(headers, exchange, client);
  if (exchange.route !== undefined) {
    headers.set('x-llm-proxy-backend', exchange.route.backend.name);
    headers.set('x-llm-proxy-model', visible(exchange.route.model));
    headers.set('x-llm-proxy-attempts', String(exchange.attempts));
  }
  if (exchange.dropped.length > 0) headers.set('x-llm-proxy-dropped', exchange.dropped.map(visible).join(', '));
  if (exchange.estimated) headers.set('x-llm-proxy-estimated', 'tokens');
}

function isOwn(name: string, { wire }: Protocol): boolean {
  return wire.headerPrefixes.some((prefix) => name.startsWith(prefix));
}

function deleteQuietly(headers: Headers, name: string): void {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && name.toLowerCase() !== 'content-type') headers.delete(name);
}

/** Header values are Latin-1 without controls; a model's name, which may be the client's, need not be. */
function visible(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
