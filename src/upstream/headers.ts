import type { Exchange } from '../core/exchange.ts';
import { viaWith } from '../core/hop-mark.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { credentialIn } from '../vendors/presented-credential.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Snapshot } from '../snapshot.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import { queryField } from '../lib/query-field.ts';
import type { AttemptContext } from './settle.ts';
import { WITHHELD, WITHHELD_WITH_KEYS } from './withheld-headers.ts';
import { addTraceHeaders } from './trace-headers.ts';
import { addUploadHeaders } from './upload-headers.ts';
import type { WithheldValues } from './withheld-values.ts';

/** The headers of an attempt's request: the client's, less what is not the backend's business, plus what it needs. */
export function upstreamHeaders(
  ongoing: AttemptContext,
  snapshot: Snapshot,
  withheld: WithheldValues,
): Record<string, string> {
  const { exchange, attempt, protocol, translation, client } = ongoing;
  const { backend } = attempt.route;
  const given = exchange.headers;
  const isOpen = isAskedAsClient(ongoing, snapshot);
  const headers = isOpen && translation === undefined ? openHeaders(given) : closedHeaders(given, withheld);
  const { connection: listed, 'x-forwarded-for': forwardedFor } = given;
  if (listed !== undefined) dropListed(headers, listed);
  if (translation !== undefined) dropOwn(headers, client);
  const needed = protocol.wire.headers;
  for (const name in needed) headers[name] ??= needed[name] ?? '';
  if (translation !== undefined) Object.assign(headers, translation.headers, { 'content-type': 'application/json' });
  const key = backend.apiKey ?? (isOpen ? clientKey(ongoing) : undefined);
  const place = backend.credential ?? protocol.wire.credential;
  if (key !== undefined && place !== 'none') headers[place.name] = place.prefix + key;
  // Events are looked at one by one, so they are not to be compressed.
  headers['accept-encoding'] = 'identity';
  headers['x-trace-id'] = exchange.traceId;
  const idempotencyKey = headers['idempotency-key'];
  // The provider gives the answer again to whoever sends the same key to the same account.
  if (idempotencyKey !== undefined && snapshot.hasManyCallers && snapshot.seal !== undefined)
    headers['idempotency-key'] = snapshot.seal.ownWord(exchange.callerId, idempotencyKey);
  // Taken for JSON here, it must not be guessed at behind.
  if (exchange.body?.text !== undefined && !isJson(headers['content-type'], exchange))
    headers['content-type'] = 'application/json';
  if (snapshot.forwardsClientIp) {
    const chain = forwardedChain(forwardedFor, exchange, snapshot);
    if (chain !== '') headers['x-forwarded-for'] = chain;
  }
  const { through } = exchange.endpoint ?? {};
  if (through !== undefined) addUploadHeaders(headers, given, through);
  if (backend.hopMark !== undefined) headers['via'] = viaWith(given['via'], backend.hopMark);
  if (backend.takesTrace === true) addTraceHeaders(headers, exchange, ongoing.attempt);
  return Object.assign(headers, backend.headers);
}

/** Of what is kept nobody reads the bodies here, so they stay what they are said to be. */
function isJson(type: string | undefined, { endpoint }: Exchange): boolean {
  return (
    type !== undefined &&
    ((endpoint?.handler !== undefined && endpoint.handler !== 'model') ||
      type.startsWith('application/json') ||
      JSON_TYPE.test(type))
  );
}

/** `application/json`, and what is written in it: `application/x.y+json`. */
const JSON_TYPE = /^\s*[\w.-]+\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** What a trusted proxy says of the way so far, and the peer, which over a Unix socket has no address. */
function forwardedChain(given: string | undefined, { peer }: Exchange, { trustedProxies }: Snapshot): string {
  const chain = given !== undefined && trustedProxies.has(peer) ? given : '';
  return chain === '' || peer === '' ? chain + peer : `${chain}, ${peer}`;
}

/** Without any credentials in the config the client's own go through; otherwise they end here. */
export function isAskedAsClient({ attempt }: AttemptContext, { keyCheck }: Snapshot): boolean {
  const { apiKey, credential, headers } = attempt.route.backend;
  if (apiKey !== undefined || keyCheck !== undefined || credential === 'none') return false;
  for (const name of CREDENTIAL_HEADERS) if (headers[name] !== undefined) return false;
  return true;
}

function openHeaders(given: HeaderFields): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in given) if (!WITHHELD.has(name)) headers[name] = given[name] ?? '';
  return headers;
}

function closedHeaders(given: HeaderFields, withheld: WithheldValues): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in given) {
    if (WITHHELD_WITH_KEYS.has(name)) continue;
    const value = given[name] ?? '';
    if (!withheld.areIn(value)) headers[name] = value;
  }
  return headers;
}

/** The client's own key, where it does not stand already where the backend looks for it. */
function clientKey({ exchange, client, translation }: AttemptContext): string | undefined {
  const inQuery = queryField(exchange.query, client.front.keyParameter);
  return translation === undefined ? inQuery : (credentialIn(exchange.headers) ?? inQuery);
}

function dropOwn(headers: Record<string, string>, client: Protocol): void {
  for (const name in headers)
    if (client.wire.headerPrefixes.some((prefix) => name.startsWith(prefix)) || name === 'accept') delete headers[name];
}

/** `Connection: a, b` makes `a` and `b` hop-by-hop too. */
function dropListed(headers: Record<string, string>, listed: string): void {
  for (const name of listed.toLowerCase().split(',')) {
    const trimmed = name.trim();
    if (trimmed !== '' && trimmed !== 'content-type' && trimmed !== 'authorization') delete headers[trimmed];
  }
}
