import type { Socket } from 'node:net';
import type { Json } from './json.ts';

/** The peer closed the connection while a reply was still going out; the upstream takes it as the reply's end. */
export class PeerLeft extends Error {
  override readonly name = 'PeerLeft';
}

/** One request as it came over the wire. */
export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names; the values of a repeated one joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** As sent: order, case and repetitions kept. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly text: string;
  /** The body parsed anew at each access; throws where it is no JSON. */
  readonly json: Json;
  /** Which of the upstream's connections it came on, counted from 0. */
  readonly connection: number;
  /** `answered`: the reply was sent whole; `aborted`: the peer left first; `cut`: the reply itself broke the connection. */
  readonly outcome: 'open' | 'answered' | 'aborted' | 'cut';
  /** Bytes of the reply handed to the kernel so far. */
  readonly bytesSent: number;
  /** Resolves when the request's connection has closed, whoever closed it. */
  readonly closed: Promise<void>;
}

/** What a reply writes to. Every method that waits rejects with PeerLeft once the connection is gone. */
export interface Wire {
  readonly request: SeenRequest;
  /** Writes bytes as they are; resolves when the kernel has taken them, so a slow peer slows the reply. */
  write(bytes: string | Uint8Array): Promise<void>;
  wait(ms: number): Promise<void>;
  /** Settles as `promise` does, or rejects when the peer leaves first. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Closes the connection cleanly (FIN) after what was written. */
  end(): void;
  /** Closes the connection: with `reset` by RST, else by FIN. */
  cut(options?: { reset?: boolean }): void;
  /** Makes the connection close when the next request arrives on it, unanswered and unseen. */
  closeOnNextRequest(): void;
}

/** What the upstream keeps of a request while its reply runs. */
export interface OpenRequest extends SeenRequest {
  outcome: SeenRequest['outcome'];
  bytesSent: number;
}

/** The wire of one request on a socket; `gone` resolves when that socket has closed. */
export function createWire(socket: Socket, request: OpenRequest, onCloseNext: () => void): Wire {
  const gone = request.closed.then((): never => {
    throw new PeerLeft('the peer closed the connection');
  });
  gone.catch(() => {});
  const until = <T>(promise: Promise<T>): Promise<T> => Promise.race([promise, gone]);

  return {
    request,
    until,
    async write(bytes) {
      if (socket.destroyed || !socket.writable) return until(new Promise<never>(() => {}));
      const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
      await until(new Promise<void>((resolve) => void socket.write(bytes, () => resolve())));
      request.bytesSent += length;
    },
    async wait(ms) {
      let timer: Timer | undefined;
      try {
        await until(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))));
      } finally {
        clearTimeout(timer);
      }
    },
    end() {
      socket.end();
    },
    cut({ reset = false } = {}) {
      if (request.outcome === 'open') request.outcome = 'cut';
      if (reset) socket.resetAndDestroy();
      else socket.end(() => socket.destroy());
    },
    closeOnNextRequest: onCloseNext,
  };
}
