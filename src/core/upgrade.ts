/**
 * Makes of a request a connection on which both sides send messages (a WebSocket): the client gets `headers` with the 101,
 * and `listener` is told what comes. From then on there is no response to give. False: the request is none that asks for
 * it, or its client has left.
 */
export type Upgrade = (listener: SocketListener, headers: Readonly<Record<string, string>>) => boolean;

/** The client's end of such a connection. */
export interface ClientSocket {
  /** Sends a text, or bytes as a binary message. Returns how many bytes went out; 0: none, the connection is closed; -1: they wait in memory, for the client is slow. */
  send(message: string | Uint8Array): number;
  /** Closes it, with a code and a reason of RFC 6455. */
  close(code?: number, reason?: string): void;
}

/** Who is told of one such connection. Nothing that it does may throw. */
export interface SocketListener {
  opened(socket: ClientSocket): void;
  received(message: string | Uint8Array, socket: ClientSocket): void;
  /** What waited in memory has gone out. */
  drained?(socket: ClientSocket): void;
  /** The connection is over, whoever closed it. */
  closed(code: number, reason: string): void;
}
