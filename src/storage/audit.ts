/** One change in the audit log, or a reading of what is not for everybody. */
export interface AuditEntry {
  /** Unique, and sortable by time: UUIDv7. */
  readonly id: string;
  readonly at: number;
  /** By whom: a caller, `admin`, the command line. */
  readonly actor: string;
  readonly clientIp: string | undefined;
  /** What was done: `keys.create`, `bodies.read`. */
  readonly action: string;
  /** To which key, team, request or the like. */
  readonly target: string;
  /** The thing before and after, without secrets; undefined: there was none. Anything that JSON can hold. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Which entries are looked for: those that meet all of it. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  /** An action, or the kind of thing that is acted upon: `keys` for `keys.create` and the others. */
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** Milliseconds since the epoch: from then on, and before. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Answers may hold a secret, sealed: they are kept for as long as a client may sensibly repeat its request. */
export const ANSWER_KEPT_MS = 24 * 3_600_000;

/** The answer to a request with an idempotency key. Who writes it keeps secrets out, or seals it. */
export interface IdempotentAnswer {
  readonly key: string;
  /** Of the request, so that another one under the same key is told. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

/** What is written in the same transaction as a change. */
export interface Beside {
  readonly audit?: AuditEntry;
  /** Rejects with a `StoreConflict` (`taken`) if there is an answer for its key, and the change is not made. */
  readonly answer?: IdempotentAnswer;
}
