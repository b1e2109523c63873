/** Why there is no answer, or no more of it: `code` is the system's (`ECONNREFUSED`), or one of TLS. */
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError';
  constructor(
    readonly code: string,
    message: string,
    /** Something of the answer had come. */
    readonly began = false,
  ) {
    super(message);
  }
}

/** Bytes that are no answer, or not one that can be trusted to end where it says; `code` tells what is wrong. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
  constructor(
    readonly code: `http_${string}` | `content_encoding_${string}`,
    message: string,
  ) {
    super(message);
  }
}

/** Why no connection could be made. */
export function connectFailure(error: unknown, place: string): ConnectionError {
  const { code = 'ConnectionRefused', message = String(error) } = error as { code?: string; message?: string };
  return new ConnectionError(code, `${place}: ${message}`);
}
