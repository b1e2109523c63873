import type { BrokenStream } from './broken-stream.ts';

/** Where a response's bytes come from. */
export interface Source {
  /** The gateway's secrets have been taken out of its bytes; otherwise none of them lies across two pieces. */
  readonly isClean?: boolean;
  /** How it has broken off, once `next` has come to its end. Whoever delivers it tells the client, or goes on with another. */
  readonly broken?: BrokenStream | undefined;
  /** Whether the client has all of it, the end included. */
  readonly isWhole?: boolean;
  /** The next bytes; undefined at the end, whole or broken. Rejects if it breaks off and its kind has no way to say so. */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody wants the rest. */
  cancel(): void;
}
