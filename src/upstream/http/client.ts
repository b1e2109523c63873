import type { UpstreamRequest } from '../../core/route.ts';
import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import { Call } from './call.ts';
import { Connection } from './connection.ts';
import { ConnectionError } from './errors.ts';
import type { Origin } from './origin.ts';
import { originOf } from './origin.ts';
import { Pool } from './pool.ts';
import { requestBytes } from './request-bytes.ts';

/** How many targets a client knows by heart: most requests of a backend go to a few. */
const MOST_PATHS = 64;

/**
 * An HTTP/1.1 client for one backend. Unlike `fetch` it knows its connections: one is used again only if nothing was
 * left on it, what came before a cut is read, and content is decoded piece by piece.
 */
export class HttpClient {
  readonly #origin: Origin;
  readonly #pool: Pool;
  readonly #paths = new Map<string, string>();

  constructor(
    private readonly url: string,
    { keepAlive = true, verifiesTls = true, quietMs }: ClientOptions = {},
  ) {
    this.#origin = originOf(url, verifiesTls);
    this.#pool = new Pool(keepAlive, quietMs);
  }

  /** Resolves when the head of the answer is here. Rejects with the cancellation's reason, a ConnectionError or a MalformedAnswer. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { reason } = request.cancellation;
    if (reason !== undefined) return Promise.reject(reason);
    const path = this.#pathOf(request.target);
    const { host } = this.#origin;
    const call = new Call(request, requestBytes(request, { host, path, keepsAlive: this.#pool.keepsAlive }));
    // One that was used before may be closed by now, and what has begun to go up cannot be sent again.
    const connection = request.upload === undefined ? this.#pool.take() : undefined;
    if (connection === undefined && this.#pool.isHanging) {
      const why = `${host}: many connections are being opened already, and none is accepted`;
      call.fail(new ConnectionError('ETIMEDOUT', why));
    } else if (connection === undefined) Connection.open(call, this.#origin, this.#pool);
    else connection.carry(call);
    return call.answer;
  }

  /** The backend is not asked any more, or in another way. */
  retire(): void {
    this.#pool.retire();
  }

  /** As in every URL: what cannot stand there is percent-encoded. */
  #pathOf(target: string): string {
    const known = this.#paths.get(target);
    if (known !== undefined) return known;
    const { pathname, search } = new URL(this.url + target);
    const path = pathname + search;
    if (this.#paths.size >= MOST_PATHS) this.#paths.clear();
    if (target.length < 512) this.#paths.set(target, path);
    return path;
  }
}

interface ClientOptions {
  /** Connections serve one request after another. */
  readonly keepAlive?: boolean;
  /** Nothing is sent to a server whose certificate is not valid. */
  readonly verifiesTls?: boolean;
  /** How long a connection has to be silent before it is used again. */
  readonly quietMs?: number;
}
