import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { HttpHead } from './http-reader.ts';
import { createHttpReader, fieldOf, mapOf } from './http-reader.ts';
import type { Reply } from './replies.ts';
import type { OpenRequest, SeenRequest } from './wire.ts';
import { createWire, PeerLeft } from './wire.ts';

export type { SeenRequest } from './wire.ts';

/** A provider that does what a test tells it to, on a real socket. */
export interface Upstream {
  /** The base that a backend's `url` takes: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly port: number;
  /** Every request whose body arrived whole, in that order. */
  readonly requests: readonly SeenRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  readonly openSockets: number;
  /** Requests, half-received ones included, that are neither answered nor given up. */
  readonly inFlight: number;
  /** Requests that `closeIdle` closed the connection on; not among `requests`. */
  readonly swallowed: number;
  /** Scripts that threw and bytes that were no HTTP; `stop()` rejects with the first as its cause. */
  readonly faults: readonly unknown[];
  /** Changes the script for the requests to come, counted from 0 again. */
  script(next: Script): void;
  /** Closes every connection and the port. */
  stop(): Promise<void>;
}

/** One reply for all requests, replies in turn of which the last repeats, or a choice; `n` counts the requests from 0. */
export type Script = Reply | readonly Reply[] | ((request: SeenRequest, n: number) => Reply);

/** Starts an upstream on a free port of 127.0.0.1. */
export async function startUpstream(script: Script): Promise<Upstream> {
  const state: State = {
    script,
    served: 0,
    requests: [],
    connections: 0,
    sockets: new Set(),
    receiving: 0,
    swallowed: 0,
    faults: [],
  };
  const server = createServer({ noDelay: true }, (socket) => serveConnection(socket, state));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests: state.requests,
    faults: state.faults,
    get connections() {
      return state.connections;
    },
    get openSockets() {
      return state.sockets.size;
    },
    get inFlight() {
      return state.receiving + state.requests.filter((request) => request.outcome === 'open').length;
    },
    get swallowed() {
      return state.swallowed;
    },
    script(next) {
      state.script = next;
      state.served = 0;
    },
    stop: () => stop(server, state),
  };
}

interface State {
  script: Script;
  served: number;
  readonly requests: OpenRequest[];
  connections: number;
  readonly sockets: Set<Socket>;
  /** Requests of which the head has come and the end of the body has not. */
  receiving: number;
  swallowed: number;
  readonly faults: unknown[];
}

function serveConnection(socket: Socket, state: State): void {
  const connection = state.connections++;
  state.sockets.add(socket);
  const closed = Promise.withResolvers<void>();
  let head: HttpHead | undefined;
  let pieces: Uint8Array[] = [];
  let closeNext = false;
  let turn = Promise.resolve();

  const answer = (request: OpenRequest): void => {
    state.requests.push(request);
    const reply = () => answerOne(socket, request, state, () => (closeNext = true));
    turn = turn.then(reply); // pipelined requests are answered in their order
  };
  const reader = createHttpReader('request', {
    head(next) {
      head = next;
      pieces = [];
      state.receiving++;
      if (fieldOf(next.fields, 'expect')?.toLowerCase() === '100-continue')
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      return true;
    },
    body: (piece) => void pieces.push(Buffer.from(piece)),
    end() {
      state.receiving--;
      if (head !== undefined) answer(seen(head, Buffer.concat(pieces), connection, closed.promise));
      head = undefined;
    },
    error(error) {
      state.faults.push(error);
      socket.destroy();
    },
  });

  socket.on('data', (bytes: Buffer) => {
    if (!closeNext) return reader.push(bytes);
    state.swallowed++;
    socket.end(() => socket.destroy());
    closeNext = false;
    socket.removeAllListeners('data').resume();
  });
  socket.on('error', () => {}); // a reset by the peer; 'close' follows
  socket.on('close', () => {
    state.sockets.delete(socket);
    if (head !== undefined) state.receiving--;
    for (const request of state.requests) {
      if (request.connection === connection && request.outcome === 'open') request.outcome = 'aborted';
    }
    closed.resolve();
  });
}

async function answerOne(socket: Socket, request: OpenRequest, state: State, onCloseNext: () => void): Promise<void> {
  if (isOver(request)) return; // the peer left while an earlier reply was going out
  try {
    await choose(state, request).send(createWire(socket, request, onCloseNext));
    if (!isOver(request)) request.outcome = 'answered';
  } catch (error) {
    if (error instanceof PeerLeft) return;
    state.faults.push(error);
    socket.destroy();
  }
}

function isOver(request: SeenRequest): boolean {
  return request.outcome !== 'open';
}

function choose(state: State, request: SeenRequest): Reply {
  const n = state.served++;
  const { script } = state;
  if (typeof script === 'function') return script(request, n);
  if (!isList(script)) return script;
  const reply = script[Math.min(n, script.length - 1)];
  if (reply === undefined) throw new Error('the script has no replies');
  return reply;
}

function isList(script: Reply | readonly Reply[]): script is readonly Reply[] {
  return Array.isArray(script);
}

function seen(
  { startLine, fields }: HttpHead,
  body: Uint8Array,
  connection: number,
  closed: Promise<void>,
): OpenRequest {
  return {
    method: startLine[0],
    path: startLine[1],
    headers: mapOf(fields),
    rawHeaders: fields,
    body,
    get text() {
      return new TextDecoder().decode(body);
    },
    get json() {
      return JSON.parse(new TextDecoder().decode(body));
    },
    connection,
    outcome: 'open',
    bytesSent: 0,
    closed,
  };
}

async function stop(server: Server, state: State): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  for (const socket of state.sockets) socket.destroy();
  await closed;
  if (state.faults.length > 0) throw new Error('an upstream failed', { cause: state.faults[0] });
}
