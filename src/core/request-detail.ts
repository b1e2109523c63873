/** Why a route was not tried. */
export type SkipReason =
  | 'cooling'
  | 'half_open'
  | 'unhealthy'
  | 'draining'
  | 'disabled'
  | 'full'
  | 'pinned'
  | 'failed'
  | 'too_long'
  | 'no_time';

/** A route that a request had, and what became of it; `reached`: it was tried, or could have been. */
export interface RouteNote {
  readonly alias: string;
  readonly backend: string;
  readonly model: string;
  /** Why it was left out when its turn came; undefined: it was not left out. */
  readonly skipped?: SkipReason | undefined;
  /** Milliseconds since the epoch at which it is due back, where it rests. */
  readonly until?: number | undefined;
  /** The failure that it rests for: `503 overloaded`. */
  readonly cause?: string | undefined;
}

/** A time in which a request waited, in milliseconds from its beginning. */
export interface WaitNote {
  /** For a slot of the gateway; for room at a backend; for the next try. */
  readonly for: 'slot' | 'room' | 'retry';
  readonly atMs: number;
  readonly ms: number;
}

/** What there is to say of a request beyond the usual. Most members of most requests are undefined, and so is the whole. */
export interface RequestDetail {
  /** Undefined: the first route served. */
  readonly routes?: readonly RouteNote[] | undefined;
  readonly waits?: readonly WaitNote[] | undefined;
  /** What could not be said in the dialect of the backend that served, or of the last that was tried. */
  readonly dropped?: readonly string[] | undefined;
  /** The names of the system prompts that the gateway has put in. */
  readonly prompts?: readonly string[] | undefined;
  /** The limit of an answer's tokens that the gateway has set, for the backend demands one. */
  readonly outputLimit?: number | undefined;
  /** The trace in which its spans are, of 32 hexadecimal digits; undefined: none were kept. */
  readonly trace?: string | undefined;
}
