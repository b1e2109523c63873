import type { Socket } from 'bun';
import type { Upload } from '../../core/upload.ts';
import { giveBack } from './body-buffers.ts';
import type { Call, Line } from './call.ts';
import { connectFailure, ConnectionError } from './errors.ts';
import type { Origin } from './origin.ts';
import { sendUpload } from './uploading.ts';

/** What becomes of connections that have no request on them. */
export interface Home {
  /** False: connections are not used again. */
  readonly keepsAlive: boolean;
  /** It may be used again. */
  returned(connection: Connection): void;
  /** It is closed, or about to be. */
  lost(connection: Connection): void;
  /** One that was used again was closed instead of answered on: others may have been too, without a sign. */
  doubted(): void;
  /** One more (or, with -1, one less) is being opened for nobody: it keeps its descriptor until the system gives up. */
  abandoned(change: 1 | -1): void;
}

/** How long a server may take to close a connection that was ended properly. */
const CLOSES_WITHIN_MS = 1000;

/** One connection to a backend. It has at most one request on it, and hears whatever comes in between. */
export class Connection implements Line {
  /** Since when it has been without a request, in monotonic milliseconds. The pool's own. */
  restingSince = 0;
  #socket: Socket<Connection> | undefined;
  #call: Call | undefined;
  #isClosed = false;
  /** What is left to be sent of the request, oldest first. */
  #unsent: Uint8Array[] = [];
  /** The body that is being sent, where nobody else reads it. */
  #ownBody: Uint8Array<ArrayBuffer> | undefined;
  /** Told when nothing is left to be sent: false if the connection is of no use any more. */
  #onRoom: ((isOpen: boolean) => void) | undefined;
  /** What is being sent piece by piece. */
  #upload: Upload | undefined;
  #isPaused = false;
  #isUsedAgain = false;
  #isOpening = true;
  #isAbandoned = false;

  /** Opens a connection and sends the call's request as soon as it is there. */
  static open(call: Call, origin: Origin, home: Home): void {
    const connection = new Connection(origin, home);
    connection.#call = call;
    call.goesBy(connection);
    call.connection?.connecting();
    Bun.connect<Connection>({
      hostname: origin.hostname,
      port: origin.port,
      ...(origin.tls === undefined ? {} : { tls: origin.tls }),
      data: connection,
      socket: HANDLERS,
    }).catch((error: unknown) => connection.connectFailed(error));
  }

  private constructor(
    private readonly origin: Origin,
    private readonly home: Home,
  ) {}

  /** Sends another request. */
  carry(call: Call): void {
    this.#isUsedAgain = true;
    this.#call = call;
    call.goesBy(this);
    this.#send(call);
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket?.resume();
  }

  /** Of one that is still being opened Bun cannot let go; it is closed when it opens. */
  hangUp(): void {
    if (this.#isOpening && !this.#isAbandoned) {
      this.#isAbandoned = true;
      this.home.abandoned(1);
    }
    this.#leave();
    this.#socket?.terminate();
  }

  opened(socket: Socket<Connection>): void {
    this.#socket = socket;
    this.#openingIsOver();
    if (this.#isClosed) socket.terminate();
    else if (this.origin.tls === undefined) this.#sendFirst();
  }

  shookHands(isTrusted: boolean, error: Error | null): void {
    if (this.#isClosed) return;
    if (isTrusted || !this.origin.verifies) {
      this.#sendFirst();
      return;
    }
    const { code = 'ERR_TLS_CERT_INVALID', message } = (error ?? new Error('no reason given')) as NodeJS.ErrnoException;
    this.#fail(new ConnectionError(code, `${this.origin.host}: the certificate is not good: ${message}`));
  }

  connectFailed(error: unknown): void {
    this.#openingIsOver();
    if (!this.#isClosed) this.#fail(connectFailure(error, this.origin.host));
  }

  received(bytes: Buffer<ArrayBuffer>): void {
    const call = this.#call;
    if (call === undefined) {
      // Nobody has asked for this: the next answer would be read from the wrong byte.
      this.hangUp();
      return;
    }
    let used: number;
    try {
      used = call.reader.push(bytes);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (call.reader.isOver && this.#call === call) this.#answered(call, used === bytes.byteLength);
  }

  drained(): void {
    const socket = this.#socket;
    for (let bytes = this.#unsent[0]; bytes !== undefined && socket !== undefined; bytes = this.#unsent[0]) {
      const written = socket.write(bytes, 0, bytes.byteLength);
      if (written < bytes.byteLength) {
        if (written > 0) this.#unsent[0] = bytes.subarray(written);
        return;
      }
      this.#unsent.shift();
    }
    this.#freeBody();
    this.#onRoom?.(true);
  }

  /** TLS has failed, or one of the handlers: that is a bug, and goes to whoever is waiting as it is. */
  broke(error: Error): void {
    const { code } = error as NodeJS.ErrnoException;
    const where = `${this.origin.host}: ${error.message}`;
    this.#fail(code === undefined ? error : new ConnectionError(code, where, this.#call?.reader.hasBegun));
  }

  /** The socket is gone. */
  closed(error: Error | undefined): void {
    const call = this.#call;
    if (call === undefined || this.#isClosed) {
      this.#leave();
      return;
    }
    const { code } = (error ?? {}) as NodeJS.ErrnoException;
    if (code === undefined) {
      try {
        call.reader.close();
        this.#leave();
      } catch (broken) {
        this.#fail(broken as Error);
      }
      return;
    }
    const where = `${this.origin.host}: ${error?.message ?? code}`;
    this.#fail(new ConnectionError(code, where, call.reader.hasBegun));
  }

  #openingIsOver(): void {
    this.#isOpening = false;
    if (!this.#isAbandoned) return;
    this.#isAbandoned = false;
    this.home.abandoned(-1);
  }

  #sendFirst(): void {
    const call = this.#call;
    if (call === undefined) return;
    call.connection?.connected();
    this.#send(call);
  }

  #send(call: Call): void {
    const { first, firstBytes, rest, ownsRest, upload } = call.takeRequest();
    this.#ownBody = ownsRest ? rest : undefined;
    const written = this.#write(first, firstBytes);
    if (upload !== undefined) void this.#sendUpload(upload, call);
    if (rest === undefined || rest.byteLength === 0 || written === -1) return;
    this.#write(rest, rest.byteLength);
    if (this.#unsent.length === 0) this.#freeBody();
  }

  async #sendUpload(upload: Upload, call: Call): Promise<void> {
    this.#upload = upload;
    await sendUpload(upload, {
      write: (bytes) => void this.#write(bytes, bytes.byteLength),
      hasRoom: () => this.#hasRoom(call),
      failed: (error) => {
        if (this.#call === call) this.#fail(error);
      },
      uploading: () => call.connection?.uploading(),
    });
    this.#upload = undefined;
  }

  #hasRoom(call: Call): Promise<boolean> {
    if (this.#call !== call || this.#isClosed) return Promise.resolve(false);
    if (this.#unsent.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /**
   * Gives the body's memory back now that it is sent. Memory that was used a moment ago is fast, and the collector would
   * let tens of megabytes come together first.
   */
  #freeBody(): void {
    if (this.#ownBody !== undefined) giveBack(this.#ownBody);
    this.#ownBody = undefined;
  }

  /**
   * Sends what the system takes; the rest waits until there is room, behind what waits already. Returns -1 if the
   * connection has been lost.
   */
  #write(data: string | Uint8Array, length: number): number {
    if (this.#unsent.length > 0) return this.#unsent.push(asBytes(data));
    const written = (typeof data === 'string' ? this.#socket?.write(data) : this.#socket?.write(data, 0, length)) ?? -1;
    if (written === -1) this.#fail(new ConnectionError('ECONNRESET', `${this.origin.host}: the connection is closed`));
    else if (written < length) this.#unsent.push(asBytes(data).subarray(written));
    return written;
  }

  /** The answer is whole. Only a connection of which everything is known goes on to another request. */
  #answered({ reader }: Call, endedExactly: boolean): void {
    const isSent = this.#unsent.length === 0 && this.#upload === undefined;
    const isClean = endedExactly && reader.keepsAlive && isSent && this.home.keepsAlive;
    this.#call = undefined;
    if (!isClean) {
      this.#end();
      return;
    }
    if (this.#isPaused) this.resume();
    this.home.returned(this);
  }

  #fail(error: Error): void {
    const call = this.#call;
    this.hangUp();
    if (this.#isUsedAgain && call?.reader.hasBegun === false) this.home.doubted();
    call?.fail(error);
  }

  /** Closes it the polite way, with some time for the server to do the same. */
  #end(): void {
    if (this.#isPaused || this.#unsent.length > 0 || this.#upload !== undefined) {
      this.hangUp();
      return;
    }
    const socket = this.#socket;
    this.#leave();
    socket?.end();
    setTimeout(() => socket?.terminate(), CLOSES_WITHIN_MS).unref();
  }

  #leave(): void {
    this.#call = undefined;
    this.#unsent = [];
    this.#ownBody = undefined;
    this.#upload?.cancel();
    this.#onRoom?.(false);
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.home.lost(this);
  }
}

/** One set for all connections: Bun makes a table of them for each that it is given. */
const HANDLERS: Bun.SocketHandler<Connection> = {
  open: (socket) => socket.data.opened(socket),
  handshake: (socket, isTrusted, error) => socket.data.shookHands(isTrusted, error),
  data: (socket, bytes) => socket.data.received(bytes as Buffer<ArrayBuffer>),
  drain: (socket) => socket.data.drained(),
  close: (socket, error) => socket.data.closed(error),
  error: (socket, error) => socket.data.broke(error),
  connectError: (socket, error) => socket.data.connectFailed(error),
};

function asBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}
