import { Refusal } from '../core/refusal.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import type { Snapshot } from '../snapshot.ts';
import type { WebPages } from '../admission/web-pages.ts';
import { isBare } from './request-target.ts';
import type { RequestTarget } from './request-target.ts';

/** The head of a request, as far as it can be objected to. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderFields;
  readonly target: RequestTarget | undefined;
  /** Whether a WebSocket may be had there. */
  readonly upgrades: boolean;
  /** Whether only whoever runs the gateway may have what is there. */
  readonly isForOperators?: boolean;
}

/**
 * Why a request is refused before anyone asks who sent it; undefined if nothing is wrong. `listener`: where it came to,
 * without a port for a Unix socket, which no browser reaches. To look for that asks the system, so only who needs it does.
 */
export function objectionTo(
  head: RequestHead,
  { webPages, consolePages }: Pick<Snapshot, 'webPages'> & Partial<Pick<Snapshot, 'consolePages'>>,
  listener: { readonly port?: number | undefined },
  at: 'main' | 'console' = 'main',
): Refusal | undefined {
  const pages = webPages ?? (at === 'console' ? consolePages : undefined);
  return malformed(head) ?? (pages && ofForeignPage(head, pages, listener.port)) ?? unserved(head);
}

function ofForeignPage(
  { headers, isForOperators }: RequestHead,
  webPages: WebPages,
  port: number | undefined,
): Refusal | undefined {
  return port === undefined ? undefined : webPages.objection(headers, port, isForOperators);
}

/** True for the question of a browser whether its page may send a request (a CORS preflight). */
export function isPreflight(method: string, headers: HeaderFields): boolean {
  return (
    method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined
  );
}

function malformed({ method, url, headers: { host }, target }: RequestHead): Refusal | undefined {
  // Several of them arrive as one, with commas between.
  if (host?.includes(',') === true) return badRequest('There is more than one `Host` header.');
  if (isBare(url) && host !== undefined && host !== '')
    return badRequest('The `Host` header is no host name or address.');
  if (target !== undefined) return undefined;
  return method === 'CONNECT' ? noProxy() : badRequest('The request line has no path, or a `#` in it.');
}

function unserved({ method, headers, upgrades }: RequestHead): Refusal | undefined {
  if (isPreflight(method, headers)) {
    return new Refusal(
      'origin_not_allowed',
      `Pages of \`${headers['origin']?.slice(0, 100)}\` may not use this gateway. Name the origin in \`cors.origins\`.`,
    );
  }
  if (upgrades || method !== 'GET' || headers['upgrade']?.toLowerCase() !== 'websocket') return undefined;
  return new Refusal(
    'websocket_not_supported',
    'This gateway has no WebSocket here. Send a POST to the same path; it streams by server-sent events.',
    { headers: { upgrade: 'HTTP/1.1' } },
  );
}

function badRequest(what: string): Refusal {
  return new Refusal('malformed_request', what, { headers: { connection: 'close' } });
}

function noProxy(): Refusal {
  return new Refusal(
    'method_not_allowed',
    'CONNECT is not possible: this gateway is no forward proxy. Set its address as the base URL of the client, not as HTTPS_PROXY.',
    { headers: { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE', connection: 'close' } },
  );
}
