import { unlinkSync } from 'node:fs';

import type { Server } from 'bun';

import type { ListenAddress } from '../config/listen.ts';
/** Answers one request. */
export type Fetch = (request: Request, server: Server<undefined>) => Response | Promise<Response>;

/** Bun refuses larger bodies itself, without a word that a client could read; the gateway's own limit comes first. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Serves on an address. Rejects with `code: 'EADDRINUSE'` if it is taken. */
export async function listen(address: ListenAddress, fetch: Fetch): Promise<Server<undefined>> {
  const handler = handlerOf(fetch);
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

function handlerOf(fetch: Fetch) {
  return {
    fetch,
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
