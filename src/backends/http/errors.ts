import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

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

/**
 * Bun says of a connection for which this process has no descriptor left that it was refused. That is not the
 * backend's doing: it is found out by opening something else.
 */
export function connectFailure(error: unknown, place: string): ConnectionError {
  const { code = 'ConnectionRefused', message = String(error) } = error as { code?: string; message?: string };
  const own = code === 'ECONNREFUSED' ? lackOfDescriptors() : undefined;
  return new ConnectionError(own ?? code, own === undefined ? `${place}: ${message}` : `${place}: ${own}`);
}

function lackOfDescriptors(): string | undefined {
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    return code === 'EMFILE' || code === 'ENFILE' ? code : undefined;
  }
}
