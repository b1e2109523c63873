import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { HttpHead } from './http-reader.ts';
import { createHttpReader, mapOf } from './http-reader.ts';
import type { Json } from './json.ts';

/** A connection on which a test sends bytes and reads what comes, piece by piece. */
export interface RawConnection {
  /** Sends bytes as they are; resolves when the kernel has taken them. */
  write(bytes: string | Uint8Array): Promise<void>;
  /** The head of the next answer; rejects with BrokenTransfer where the connection ends before it. */
  answer(options?: { readonly toHead?: boolean }): Promise<RawAnswer>;
  /** Stops reading, so that the peer's writes back up. */
  pause(): void;
  resume(): void;
  /** Leaves at once: with `reset` by RST, else by FIN. */
  leave(options?: { readonly reset?: boolean }): void;
  /** Resolves when the connection has closed, whoever closed it. */
  readonly closed: Promise<void>;
}

/** An answer whose body is still coming. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; the values of a repeated one joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** The pieces of the body so far, as they came (an HTTP chunk is one piece, or several if it came in several). */
  readonly pieces: readonly BodyPiece[];
  /** The text of the pieces so far. */
  readonly text: string;
  /** How the transfer ended; `broken`: before the length or last chunk it announced. */
  readonly ending: Promise<'complete' | 'broken'>;
  /** The next piece not yet returned by `next`; undefined at a clean end; rejects with BrokenTransfer at any other. */
  next(): Promise<string | undefined>;
  /** Waits until the text so far satisfies this; rejects with BrokenTransfer, or at the end. */
  textUntil(found: string | ((text: string) => boolean)): Promise<string>;
  /** The whole body, even where the transfer broke. */
  whole(): Promise<{ readonly text: string; readonly ending: 'complete' | 'broken' }>;
  /** The whole body parsed; rejects with BrokenTransfer where the transfer broke. */
  json(): Promise<Json>;
  /** Closes the connection, whatever is still to come. */
  leave(options?: { readonly reset?: boolean }): void;
}

export interface BodyPiece {
  readonly bytes: Uint8Array;
  /** `performance.now()` at which it came. */
  readonly atMs: number;
}

/** A connection ended before the answer did. */
export class BrokenTransfer extends Error {
  override readonly name = 'BrokenTransfer';
}

export interface SendOptions {
  /** POST where there is a body, else GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, with that content type unless the headers say another. */
  readonly body?: string | Uint8Array | object;
}

/** One request on a connection of its own; resolves at the head of the answer. */
export async function send(url: string, options: SendOptions = {}): Promise<RawAnswer> {
  const connection = await open(url);
  await connection.write(requestBytes(url, options));
  return connection.answer({ toHead: options.method === 'HEAD' });
}

/** A connection to the host and port of this URL. */
export async function open(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return converse(socket);
}

/** The bytes of a request with a length; `connection: keep-alive` is HTTP/1.1's default. */
export function requestBytes(url: string, { method, headers = {}, body }: SendOptions): Uint8Array {
  const { pathname, search, host } = new URL(url);
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const bytes = bytesOf(body);
  const fields = {
    host,
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    ...(body === undefined ? {} : { 'content-length': String(bytes.length) }),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  return Buffer.concat([Buffer.from(`${verb} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`), bytes]);
}

function bytesOf(body: SendOptions['body']): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'object' ? JSON.stringify(body) : (body ?? ''));
}

function converse(socket: Socket): RawConnection {
  const closed = Promise.withResolvers<void>();
  const answers: GrowingAnswer[] = [];
  let taken = 0;
  let toHead = false;
  let failure: Error | undefined;
  let changed = Promise.withResolvers<void>();

  const notify = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const fail = (error: Error): void => {
    failure ??= error;
    answers.at(-1)?.fail(failure);
    notify();
  };
  const leave = ({ reset = false }: { readonly reset?: boolean } = {}): void => {
    if (reset) socket.resetAndDestroy();
    else socket.destroy();
  };
  const reader = createHttpReader('response', {
    head(head) {
      const isInterim = head.startLine[1].startsWith('1');
      if (!isInterim) answers.push(new GrowingAnswer(head, leave));
      notify();
      return !isInterim && !toHead && !['204', '304'].includes(head.startLine[1]);
    },
    body: (piece) => answers.at(-1)?.grow(Buffer.from(piece)),
    end: () => answers.at(-1)?.complete(),
    error: fail,
  });
  socket.on('data', (bytes: Buffer) => reader.push(bytes));
  socket.on('error', (error) => fail(new BrokenTransfer(`the connection broke: ${error.message}`, { cause: error })));
  socket.on('close', (hadError) => {
    if (!hadError) reader.finish();
    fail(new BrokenTransfer('the connection was closed before the answer ended'));
    closed.resolve();
  });

  return {
    closed: closed.promise,
    leave,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    write(bytes) {
      return new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)));
      });
    },
    async answer(options = {}) {
      toHead = options.toHead === true;
      for (;;) {
        const answer = answers[taken];
        if (answer !== undefined) {
          taken++;
          return answer;
        }
        if (failure !== undefined) throw failure;
        await changed.promise;
      }
    },
  };
}

class GrowingAnswer implements RawAnswer {
  readonly status: number;
  readonly headers: RawAnswer['headers'];
  readonly rawHeaders: RawAnswer['rawHeaders'];
  readonly pieces: BodyPiece[] = [];
  readonly leave: RawAnswer['leave'];
  text = '';
  #decoder = new TextDecoder();
  #read = 0;
  #failure: Error | undefined;
  #ended = Promise.withResolvers<'complete' | 'broken'>();
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  constructor({ startLine, fields }: HttpHead, leave: RawAnswer['leave']) {
    this.status = Number(startLine[1]);
    this.rawHeaders = fields;
    this.headers = mapOf(fields);
    this.leave = leave;
  }

  get ending(): Promise<'complete' | 'broken'> {
    return this.#ended.promise;
  }

  grow(bytes: Uint8Array): void {
    this.pieces.push({ bytes, atMs: performance.now() });
    this.text += this.#decoder.decode(bytes, { stream: true });
    this.#notify();
  }

  complete(): void {
    this.#isOver = true;
    this.#ended.resolve('complete');
    this.#notify();
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = error;
    this.#ended.resolve('broken');
    this.#notify();
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const piece = this.pieces[this.#read];
      if (piece !== undefined) {
        this.#read++;
        return new TextDecoder().decode(piece.bytes);
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) return undefined;
      await this.#changed.promise;
    }
  }

  async textUntil(found: string | ((text: string) => boolean)): Promise<string> {
    const isFound = typeof found === 'string' ? (text: string) => text.includes(found) : found;
    while (!isFound(this.text)) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) throw new Error(`the answer ended first, with: ${this.text.slice(-2_000)}`);
      await this.#changed.promise;
    }
    return this.text;
  }

  async whole(): Promise<{ text: string; ending: 'complete' | 'broken' }> {
    const ending = await this.ending;
    return { text: this.text, ending };
  }

  async json(): Promise<Json> {
    await this.ending;
    if (this.#failure !== undefined) throw this.#failure;
    return JSON.parse(this.text);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
