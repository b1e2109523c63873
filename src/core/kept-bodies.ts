/** One message with its body, as it is kept: masked. */
interface KeptMessage {
  /** Names in lower case; only those that say something of the message, and never a credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** The text, or its beginning; undefined: there is none, or it is no text (a form, audio, an upload). */
  readonly body: string | undefined;
  /** How long the body was, as far as it came. */
  readonly bytes: number;
  /** `body` is the beginning only. */
  readonly cut: boolean;
}

/** What was asked. */
export interface KeptRequest extends KeptMessage {
  readonly method: string;
  /** With its query. At a backend: after its base URL. */
  readonly path: string;
}

/** What was answered. */
export interface KeptAnswer extends KeptMessage {
  readonly status: number;
}

/** What one attempt sent to its backend, and what came back. */
export interface KeptAttempt {
  readonly backend: string;
  readonly model: string;
  readonly dialect: string | undefined;
  readonly failure: string | undefined;
  /** Undefined: nothing was sent. */
  readonly request: KeptRequest | undefined;
  /** Undefined: nothing came back. */
  readonly answer: KeptAnswer | undefined;
}

/** The bodies of one exchange. */
export interface KeptBodies {
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly dialect: string | undefined;
  readonly request: KeptRequest;
  readonly answer: KeptAnswer | undefined;
  /** In the order of the attempts of the exchange's row. */
  readonly attempts: readonly KeptAttempt[];
}

/** Whether an exchange with `log_bodies` has its bodies kept, or they were left out for want of memory. */
export type BodiesState = 'kept' | 'left_out';
