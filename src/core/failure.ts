import type { UpstreamError } from './classify.ts';
import type { GatewayErrorCode } from './refusal.ts';

/** Every way in which an attempt can fail. */
export type FailureKind =
  | 'connection_failed'
  | 'connection_reset'
  | 'connect_timeout'
  | 'first_byte_timeout'
  | 'read_timeout'
  | 'rate_limited'
  | 'overloaded'
  | 'server_error'
  | 'refused'
  | 'client_refused'
  | 'not_found'
  | 'bad_request'
  | 'context_length'
  | 'content_filter'
  | 'not_carried'
  | 'looped'
  | 'broken_answer'
  | 'generation_failed'
  | 'own_lack'
  | 'no_room'
  | 'total_timeout'
  | 'write_timeout'
  | 'client_gone'
  | 'shutting_down'
  | 'hedge_lost'
  | 'over_budget';

/** What follows from a failure. */
export interface Consequence {
  /** Another route is tried: of the alias (L1), then of its fallbacks (L2). */
  readonly nextRoute: boolean;
  /** The backend+model cools down. */
  readonly blamed: boolean;
  /** It may be gone in a moment: once the routes are used up, the route is worth another try after a backoff. */
  readonly transient: boolean;
  /** Status and code that the client gets when this came last and no upstream's answer can be passed on. */
  readonly status: number;
  readonly code: GatewayErrorCode;
  /** What happened, for the sentence in the client's error. */
  readonly words: string;
}

/**
 * The failure table: the one place that says what follows from what. Whether an upstream's *answer* is a failure at
 * all is decided before, by the detection rules (see `classify.ts`); a transport failure always is one.
 */
export const CONSEQUENCES: Readonly<Record<FailureKind, Consequence>> = {
  connection_failed: row('RB-', 502, 'upstream_connection_failed', 'could not be connected to'),
  connection_reset: row('RBT', 502, 'upstream_connection_failed', 'closed the connection before its answer was whole'),
  connect_timeout: row('RB-', 504, 'connect_timeout', 'did not accept a connection within connect_timeout'),
  first_byte_timeout: row('RB-', 504, 'first_byte_timeout', 'sent nothing within first_byte_timeout'),
  read_timeout: row('RB-', 504, 'read_timeout', 'fell silent for longer than read_timeout'),
  rate_limited: row('RBT', 429, 'upstream_error', 'limits its request rate'),
  overloaded: row('RBT', 503, 'upstream_error', 'is overloaded'),
  server_error: row('RBT', 502, 'upstream_error', 'failed'),
  refused: row('RB-', 502, 'provider_refused', "refused the gateway's key or account"),
  // The next client's key may be a good one.
  client_refused: row('R--', 502, 'upstream_error', "refused the client's own key, or that there was none"),
  not_found: row('RB-', 502, 'upstream_error', 'has no such model or endpoint'),
  // The request is at fault: one bad request must not put the backends to sleep.
  bad_request: row('R--', 502, 'upstream_error', 'called the request invalid'),
  // Routes of the same model have the same window, and are skipped.
  context_length: row('R--', 502, 'upstream_error', 'has too small a context window'),
  content_filter: row('---', 502, 'upstream_error', 'filtered the content'),
  // Nothing was sent; a route in the client's own dialect may still take it.
  not_carried: row('R--', 400, 'not_carried', 'speaks another dialect, which cannot say what the request asks for'),
  // Two gateways that fall back to each other are no fault of either.
  looped: row('R--', 508, 'loop_detected', 'led back to this gateway'),
  broken_answer: row('RBT', 502, 'upstream_broken_answer', 'sent an answer that is broken'),
  // By its own word. What a model cannot write depends on what it is asked.
  generation_failed: row('R-T', 502, 'upstream_broken_answer', 'ended its answer without completing it'),
  // Every other backend would be as far out of reach.
  own_lack: row(
    'R--',
    503,
    'gateway_overloaded',
    'could not be asked because the gateway has run out of files, memory or ports',
  ),
  // What is held for others is given back by and by; another backend's answer would need as much.
  no_room: row(
    '---',
    503,
    'overloaded_memory',
    'answered with more than there is room for beside what other requests hold (server.max_buffered_mb)',
  ),
  total_timeout: row('---', 504, 'total_timeout', 'was not done when total_timeout was over'),
  write_timeout: row('---', 504, 'write_timeout', 'answered, but the client took nothing for write_timeout'),
  client_gone: row('---', 499, 'client_closed_request', 'was still working when the client left'),
  shutting_down: row('---', 503, 'shutting_down', 'was still working when the gateway had to stop'),
  // No client sees it: the other route serves, or its failure is what counts.
  hedge_lost: row('---', 502, 'upstream_error', 'was slower than another route that was tried beside it'),
  // A cheaper route may still be within it.
  over_budget: row(
    'R--',
    429,
    'budget_exceeded',
    'was not asked, or not to the end, because a budget has too little left',
  ),
};

/** `flags`: R = next route, B = blamed, T = transient. */
function row(flags: string, status: number, code: GatewayErrorCode, words: string): Consequence {
  return {
    nextRoute: flags.includes('R'),
    blamed: flags.includes('B'),
    transient: flags.includes('T'),
    status,
    code,
    words,
  };
}

/** Why one attempt did not serve, with the upstream's answer if there was one. */
export interface Failure {
  readonly kind: FailureKind;
  /** The upstream's status, if it answered. */
  readonly status: number | undefined;
  /** The status that the error itself stands for, where a 2xx answer holds one; otherwise the same. */
  readonly meantStatus?: number | undefined;
  /** The error as its dialect read it. */
  readonly error?: UpstreamError | undefined;
  /** The answer looks good to clients of its dialect, for the error in it has another form. */
  readonly isForeign?: boolean;
  /**
   * The upstream's own code or type of the error; of a connection the system's word for it, with host and port; of a
   * timeout its limit. For logs and the client. Never a message.
   */
  readonly detail: string | undefined;
  /** The beginning of the upstream's message, where it cannot be about the prompt; for logs alone. */
  readonly message?: string | undefined;
  /** The config says as what it counts (`error_patterns` with `as`). */
  readonly isDeclared?: boolean | undefined;
  /** What the upstream asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The detection rules (or the transport) make it a failure to route around; otherwise it goes to the client as it is. */
  readonly routedAround: boolean;
  /** The upstream's answer, to be passed on byte for byte if nothing better comes. */
  readonly answer: HeldAnswer | undefined;
}

/** Whether no other route can help with a failure: it is the client's to see. */
export function isFinal({ kind, routedAround }: Failure): boolean {
  return !routedAround || !CONSEQUENCES[kind].nextRoute;
}

/** An upstream's whole answer in memory. */
export interface HeldAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** A failure without an answer: the connection, a timeout, the client. */
export function transportFailure(kind: FailureKind, detail?: string): Failure {
  return { kind, status: undefined, detail, retryAfterMs: undefined, routedAround: true, answer: undefined };
}

/** The failures that are the gateway's own doing. */
export type AbortKind = Extract<FailureKind, `${string}_timeout` | 'client_gone' | 'shutting_down' | 'hedge_lost'>;

/** The reason given to an AbortController when the gateway itself ends an attempt; tells the cause apart from the network's. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
  constructor(
    readonly kind: AbortKind,
    /** Of a timeout its limit, as the config writes it. */
    readonly limit?: string,
  ) {
    super(kind);
  }
}
