import type { Exchange } from '../core/exchange.ts';
import type { Snapshot } from '../snapshot.ts';
import type { AttemptContext } from './settle.ts';

/** Where an upload goes on: with an id in the query. */
const UPLOAD_URL = 'x-goog-upload-url';
const UPLOAD_ID = 'upload_id';

/**
 * Makes of the address at which a provider wants the rest of an upload one of the gateway: the client has no key for any
 * other place. One that is not below the provider's own uploads is left out.
 */
export function onGateway(headers: Headers, ongoing: AttemptContext): void {
  const given = headers.get(UPLOAD_URL);
  if (given === null) return;
  const { exchange, attempt, context } = ongoing;
  const url = URL.parse(given);
  const own = url === null || !UPLOADS.test(url.pathname) ? undefined : new URL(originOf(exchange, context.snapshot));
  if (url === null || own === undefined) {
    headers.delete(UPLOAD_URL);
    return;
  }
  own.pathname = url.pathname.slice(url.pathname.indexOf('/upload/'));
  own.search = url.search;
  const id = own.searchParams.get(UPLOAD_ID);
  const { seal } = context.snapshot;
  if (id !== null && seal !== undefined)
    own.searchParams.set(UPLOAD_ID, seal.seal(exchange.callerId, attempt.route.backend.name, id, 'name'));
  headers.set(UPLOAD_URL, own.href);
}

const UPLOADS = /\/upload\/v1\w*\//;

/** The address by which the client has come: what a trusted proxy says of it, or the request itself. */
export function originOf({ request, headers, peer }: Exchange, { trustedProxies }: Snapshot): string {
  const { protocol, host } = new URL(request.url);
  if (!trustedProxies.has(peer)) return `${protocol}//${host}`;
  const scheme = headers['x-forwarded-proto']?.split(',')[0]?.trim();
  const name = headers['x-forwarded-host']?.split(',')[0]?.trim();
  const isSafe = name !== undefined && /^[\w.-]+(?::\d+)?$/.test(name);
  return `${scheme === 'https' ? 'https:' : protocol}//${isSafe ? name : host}`;
}
