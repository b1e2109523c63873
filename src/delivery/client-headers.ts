import type { Exchange } from '../core/exchange.ts';
import type { SpendLease } from '../core/spend-lease.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import type { Context } from '../context.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/registry.ts';
import { streamType } from '../translation/framing.ts';
import { DOWN } from '../upstream/upload-headers.ts';
import { ACTIVE_TYPES, INERT, PASSED } from './passed-headers.ts';

type ResponseBody = ConstructorParameters<typeof Response>[0];

/** For whom a response is, and by what it is made. */
export interface Addressee {
  readonly exchange: Exchange;
  /** The client's. */
  readonly protocol: Protocol;
  readonly context: Context;
}

/** What of an upstream's answer its response is made from. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
  /** Where it is whole: what it says of itself, if its headers do not. */
  readonly body?: unknown;
}

/**
 * A response with the upstream's headers as the client may see them. They are edited within the response, where they
 * have been copied once: to make them up outside is a second copy, and the dearest thing about a response.
 */
export function upstreamResponse(
  body: ResponseBody,
  { status, headers, body: whole }: AnswerHead,
  to: Addressee,
  from?: string,
): Response {
  const response = new Response(body, { status, headers });
  const hasType = editHeaders(response.headers, to, from);
  if (!hasType && whole instanceof Uint8Array && isJson(whole))
    response.headers.set('content-type', 'application/json');
  return response;
}

/**
 * Makes of an upstream's headers what the client may see of them, with what tells where the answer comes from. `from` is
 * the dialect of the upstream. Returns whether they tell what the body is.
 */
export function editHeaders(
  headers: Headers,
  { exchange, protocol: client, context }: Addressee,
  from: string | undefined = exchange.reportedAttempt?.upstreamProtocol,
): boolean {
  const { scrubber } = context.snapshot;
  // Read at once: a question to `Headers` costs as much as several to an object.
  const given: HeaderFields = headers.toJSON();
  for (const name in given) {
    const value = given[name] ?? '';
    if (!PASSED.has(name) && !(exchange.endpoint?.through?.root === 'upload' && DOWN.has(name))) headers.delete(name);
    else if (scrubber !== undefined) replaceIfOther(headers, name, value, scrubber.scrubText(value));
  }
  const { connection: listed, 'content-type': type } = given;
  if (listed !== undefined) for (const name of listed.split(',')) deleteQuietly(headers, name.trim());
  if (type?.startsWith(SSE_TYPE) === true) unbuffered(headers);
  if (type !== undefined && ACTIVE_TYPES.has(type)) headers.set('content-security-policy', INERT);
  const isOther = from !== undefined && from !== client.name;
  if (isOther) translateHeaders(headers, protocolOf(from), client);
  describe(headers, exchange, client, isOther || listed !== undefined ? undefined : given);
  return type !== undefined;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object';
  } catch {
    return false;
  }
}

function replaceIfOther(headers: Headers, name: string, value: string, other: string): void {
  if (other !== value) headers.set(name, other);
}

/** A response that the gateway makes itself. */
export function ownResponse(
  body: ResponseBody,
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  { exchange, protocol: client }: Pick<Addressee, 'exchange' | 'protocol'>,
): Response {
  // Set one by one, they cost a third of what an object of them does.
  const response = new Response(body, { status });
  const { headers: given } = response;
  for (const name in headers) given.set(name, headers[name] ?? '');
  describe(given, exchange, client);
  return response;
}

/** The headers of a stream that begins before anything is known of its outcome. */
export function earlyHeaders(exchange: Exchange, client: Protocol): Headers {
  const headers = new Headers({ 'content-type': streamType(client) });
  unbuffered(headers);
  identify(headers, exchange, client);
  return headers;
}

/** How the content type of events begins. */
export const SSE_TYPE = 'text/event-stream';

/** Neither proxies nor caches are to hold the events of a stream back. */
export function unbuffered(headers: Headers): void {
  headers.set('cache-control', 'no-cache');
  headers.set('x-accel-buffering', 'no');
}

/** Every answer has a request ID where its client looks for one: the upstream's, or the trace ID. `given`: what is in `headers`. */
function identify(headers: Headers, exchange: Exchange, { wire }: Protocol, given?: HeaderFields): void {
  const { bodies } = exchange.delivery;
  if (bodies !== undefined) bodies.answerHeaders = headers;
  const { spending } = exchange.leases;
  if (spending !== undefined) tellLimits(headers, spending, wire);
  const own = wire.requestIdHeader;
  // Whatever an answer holds, no browser is to guess that it is a page.
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-trace-id', exchange.traceId);
  if (given?.['x-request-id'] === undefined && !headers.has('x-request-id'))
    headers.set('x-request-id', headers.get(own) ?? exchange.traceId);
  if (own !== 'x-request-id' && !headers.has(own)) headers.set(own, headers.get('x-request-id') ?? exchange.traceId);
}

/** What is left of soft budgets and of the caller's tokens per minute, which are not the backend's. */
function tellLimits(headers: Headers, { budgetHeader, tokenLimit }: SpendLease, wire: Protocol['wire']): void {
  if (budgetHeader !== undefined) headers.set('x-llm-proxy-budget', visible(budgetHeader));
  if (tokenLimit === undefined) return;
  const limits = wire.limitHeaders({ tokens: tokenLimit });
  for (const name in limits) headers.set(name, limits[name] ?? '');
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
function describe(headers: Headers, exchange: Exchange, client: Protocol, given?: HeaderFields): void {
  identify(headers, exchange, client, given);
  const { reportedAttempt, attempts } = exchange;
  if (reportedAttempt !== undefined) {
    headers.set('x-llm-proxy-backend', reportedAttempt.route.backend.name);
    headers.set('x-llm-proxy-model', visible(reportedAttempt.route.model));
    headers.set('x-llm-proxy-attempts', String(attempts.sent));
  }
  const { dropped, estimated } = exchange.lastAttempt ?? NOTHING_TRIED;
  if (dropped.length > 0) headers.set('x-llm-proxy-dropped', dropped.map(visible).join(', '));
  if (estimated) headers.set('x-llm-proxy-estimated', 'tokens');
}

const NOTHING_TRIED = { dropped: [], estimated: false };

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
