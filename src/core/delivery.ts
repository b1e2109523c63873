import type { Attempt } from './attempt.ts';
import type { ExchangeBodies } from './exchange-bodies.ts';
import type { Tap } from './tap.ts';

/** What reaches the client of an exchange. Answers feed it; what it came to is known when its last byte is out. */
export class Delivery {
  /** The attempt whose answer the client gets; undefined until one serves, and where the answer comes from none. */
  attempt: Attempt | undefined;
  /** The client gets an answer, whether or not an attempt has made it. */
  isServed = false;
  status = 0;
  /** A stable code of docs/errors.md, or what the upstream called its error. */
  errorCode: string | undefined;
  /** What that code leaves open, where the gateway has refused or ended the exchange. */
  errorDetail: string | undefined;
  /** The gateway turned the request down before any backend was tried. */
  refused = false;
  /** It is one of many of its kind, told together with them: it gets no log line of its own. */
  unlogged = false;
  /** It began well and broke off. */
  interrupted = false;
  /** The client has all of a stream, the end included: it may leave. */
  isWhole = false;
  /** Milliseconds from the request to the first content. */
  ttftMs: number | undefined;
  bytesOut = 0;
  /** The bodies of the exchange, where the ledger keeps them; a tap like others. */
  bodies: ExchangeBodies | undefined;
  /** Who sees what reaches the client. */
  taps: readonly Tap[] = NO_TAPS;
  /** What was asked is read to the end: by a tap, or to go on with another answer where one breaks off. */
  readsRequest = false;

  /** From now on `tap` sees what reaches the client. */
  addTap(tap: Tap): void {
    this.taps = [...this.taps, tap];
    this.readsRequest ||= tap.readsRequest === true;
  }

  /** From now on `bodies` copies what passes by. */
  keepBodies(bodies: ExchangeBodies): void {
    this.bodies = bodies;
    this.addTap(bodies);
  }

  /**
   * The answer of `attempt` is what the client gets from now on; undefined: one that no attempt has made. It begins `ms`
   * after the request came.
   */
  serve(attempt: Attempt | undefined, ms: number): void {
    this.attempt = attempt;
    this.isServed = true;
    this.ttftMs ??= ms;
  }

  /** What the client has got is not whole, and says so, or it breaks off. */
  breakOff(code: string): void {
    this.interrupted = true;
    this.errorCode = code;
  }
}

/** One list for all that have none. */
const NO_TAPS: readonly Tap[] = [];
