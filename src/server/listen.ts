import type { Server } from 'bun';

import type { ListenAddress } from '../config/listen.ts';
import type { SocketListener } from '../core/upgrade.ts';
import { OPERATORS_ROUTES } from './endpoints.ts';
import { targetOf } from './request-target.ts';
import { listenOnSocket } from './unix-socket.ts';

/** A listener of Bun's. Who is told of a WebSocket is kept with each. */
export type BunServer = Server<SocketListener>;

/** What a request is answered; undefined: it has become a WebSocket. */
export type Answered = Response | undefined | Promise<Response | undefined>;

/** Answers one request. `isLiteral`: its path stands in the request line as it is in its URL; known of operators' paths only. */
export type Fetch = (request: Request, server: BunServer, isLiteral: boolean) => Answered;

/** How a listener treats its connections. */
export interface ListenOptions {
  /** How long one over TCP may be idle, in whole seconds; 0 is for ever. Bun counts this while a request is answered as well. */
  readonly idleSeconds: number;
  /** The permissions of a Unix socket. */
  readonly socketMode: number;
}

/** Bun refuses larger bodies itself, without a word that a client could read; the gateway's own limit comes first. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Serves on an address. Rejects with `code: 'EADDRINUSE'` if it is taken. */
export async function listen(address: ListenAddress, fetch: Fetch, options: ListenOptions): Promise<BunServer> {
  const handler = handlerOf(fetch, options);
  if (address.kind === 'unix') {
    // `Server.timeout` does nothing for a Unix socket, so that an idle timeout would cut off long answers. Bun's types know
    // neither an idle timeout nor a shared port for these; Bun does.
    const never = { ...handler, idleTimeout: 0 } as Omit<Handler, 'idleTimeout' | 'reusePort'>;
    const unix = { unix: address.path, ...never };
    return await listenOnSocket(address.path, options.socketMode, () => Bun.serve(unix));
  }
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

function handlerOf(fetch: Fetch, { idleSeconds }: ListenOptions) {
  const literal = (isIt: (path: string) => boolean) => (request: Request, server: BunServer) =>
    fetch(request, server, isIt(targetOf(request.url)?.path ?? ''));
  return {
    fetch: (request: Request, server: BunServer) => fetch(request, server, false),
    // Bun compares routes with the request line as it came, before dots and escapes are resolved.
    routes: Object.fromEntries(Array.from(OPERATORS_ROUTES, ([route, isIt]) => [route, literal(isIt)])),
    error: () => new Response(null, { status: 500 }),
    websocket: SOCKETS,
    idleTimeout: idleSeconds,
    maxRequestBodySize: NO_LIMIT,
    development: false,
    // Without it, `development: false` would share the port with whoever listens there already.
    reusePort: false,
  };
}

/** Hands on what Bun tells of WebSockets to whoever listens to each. */
const SOCKETS: Bun.WebSocketHandler<SocketListener> = {
  open: (socket) => socket.data.opened(socket),
  message: (socket, message) => socket.data.received(message, socket),
  drain: (socket) => socket.data.drained?.(socket),
  close: (socket, code, reason) => socket.data.closed(code, reason),
};

/** The address of a server, with the port that it got. */
export function boundAddress(address: ListenAddress, { port }: BunServer): ListenAddress {
  return address.kind === 'unix' ? address : { ...address, port: port ?? address.port };
}
