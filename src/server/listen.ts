import { unlinkSync } from 'node:fs';

import type { Server } from 'bun';

import type { ListenAddress } from '../config/listen.ts';
import type { Gateway } from '../gateway.ts';
import { VERSION } from '../lib/version.ts';
import { traceIdOf } from '../observe/trace.ts';
import { matchEndpoint } from './endpoints.ts';
import { isReady } from './ready.ts';

/** Bun refuses larger bodies itself, without a word that a client could read; the gateway's own limit comes first. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Serves the gateway on an address. Rejects with `code: 'EADDRINUSE'` if it is taken. */
export async function listen(address: ListenAddress, gateway: Gateway): Promise<Server<undefined>> {
  const handler = handlerOf(gateway);
  if (address.kind === 'unix') return await listenOnSocket(address.path, handler);
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

type Handler = ReturnType<typeof handlerOf>;

function handlerOf(gateway: Gateway) {
  return {
    fetch: (request: Request, server: Server<undefined>) => route(request, server, gateway),
    error: () => new Response(null, { status: 500 }),
    // A model may think for longer than any idle timeout of Bun's.
    idleTimeout: 0,
    maxRequestBodySize: NO_LIMIT,
    development: false,
    // Without it, `development: false` would share the port with whoever listens there already.
    reusePort: false,
  };
}

async function listenOnSocket(path: string, handler: Handler): Promise<Server<undefined>> {
  // Bun's types know neither an idle timeout nor a shared port for Unix sockets; Bun does.
  const options = { unix: path, ...(handler as Omit<Handler, 'idleTimeout' | 'reusePort'>) };
  try {
    return Bun.serve(options);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE' || !(await isAbandoned(path))) throw error;
    unlinkSync(path);
    return Bun.serve(options);
  }
}

/** A process that was killed leaves its socket file behind, and nobody answers on it. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    (await Bun.connect({ unix: path, socket: { data: () => undefined } })).end();
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'ECONNREFUSED';
  }
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
  if (match.endpoint?.kind === 'health') return probeAnswer(request, 200, 'ok');
  if (match.endpoint?.kind === 'ready') return readiness(request, gateway);
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

function readiness(request: Request, gateway: Gateway): Response {
  if (isReady(gateway)) return probeAnswer(request, 200, 'ready');
  return probeAnswer(request, 503, gateway.draining ? 'draining' : 'no_backend');
}

/** What load balancers ask for every few seconds; it is no exchange, and not logged. */
function probeAnswer(request: Request, status: number, word: string): Response {
  const headers = { 'x-trace-id': traceIdOf(request.headers), ...(status === 503 ? { 'retry-after': '1' } : {}) };
  return Response.json({ status: word, version: VERSION }, { status, headers });
}
