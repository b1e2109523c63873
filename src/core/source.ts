/** Where a response's bytes come from. */
export interface Source {
  /** The gateway's secrets have been taken out of its bytes; otherwise none of them lies across two pieces. */
  readonly isClean?: boolean;
  /** The code of the error in which it has ended, if it has. */
  readonly brokenBy?: string | undefined;
  /** Whether the client has all of it, the end included. */
  readonly isWhole?: boolean;
  /** The next bytes; undefined at the end. Rejects if it breaks off without a way to say so. */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody wants the rest. */
  cancel(): void;
}
