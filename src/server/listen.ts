import type { Server } from 'bun';

import type { ListenAddress } from '../config/listen.ts';
import type { Gateway } from '../gateway.ts';
import { VERSION } from '../lib/version.ts';
import { matchEndpoint } from './endpoints.ts';
import { isReady } from './ready.ts';

/** Bun refuses larger bodies itself, without a word that a client could read; the gateway's own limit comes first. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Serves the gateway on an address. Throws with `code: 'EADDRINUSE'` if it is taken. */
export function listen(address: ListenAddress, gateway: Gateway): Server<undefined> {
  const handler = handlerOf(gateway);
  if (address.kind === 'unix') return listenOnSocket(address.path, handler);
  const { hostname, port } = address;
  if (hostname !== undefined) return Bun.serve({ hostname, port, ...handler });
  try {
    return Bun.serve({ hostname: '::', port, ...handler });
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE') throw error;
    // There are machines without IPv6.
    return Bun.serve({ hostname: '0.0.0.0', port, ...handler });
  }
}

function handlerOf(gateway: Gateway) {
  return {
    fetch: (request: Request, server: Server<undefined>) => route(request, server, gateway),
    error: () => new Response(null, { status: 500 }),
    // A model may think for longer than any idle timeout of Bun's.
    idleTimeout: 0,
    maxRequestBodySize: NO_LIMIT,
    development: false,
  };
}

/** A socket file that nobody listens on is left over from a process that was killed. */
function listenOnSocket(path: string, handler: ReturnType<typeof handlerOf>): Server<undefined> {
  const { idleTimeout: _none, ...options } = handler;
  return Bun.serve({ unix: path, ...options });
}

/** The address of a server as a client writes it. */
export function addressOf(address: ListenAddress, server: Server<undefined>): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const hostname = address.hostname ?? 'localhost';
  return `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${server.port}`;
}

function route(request: Request, server: Server<undefined>, gateway: Gateway): Response | Promise<Response> {
  const { method, url } = request;
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  const queryAt = url.indexOf('?', pathAt);
  const path = queryAt === -1 ? url.slice(pathAt) : url.slice(pathAt, queryAt);
  const match = matchEndpoint(method, path);
  if (match.endpoint?.kind === 'health') return Response.json({ status: 'ok', version: VERSION });
  if (match.endpoint?.kind === 'ready') return readiness(gateway);
  return gateway.handle({
    request,
    method,
    path,
    query: queryAt === -1 ? '' : url.slice(queryAt),
    peer: plainAddress(server.requestIP(request)?.address ?? ''),
    ...match,
  });
}

/** On a socket for both families, IPv4 peers look like `::ffff:192.0.2.1`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function readiness(gateway: Gateway): Response {
  const ready = isReady(gateway);
  const status = ready ? 'ready' : gateway.draining ? 'draining' : 'no_backend';
  return Response.json(
    { status, version: VERSION },
    { status: ready ? 200 : 503, headers: ready ? {} : { 'retry-after': '1' } },
  );
}
