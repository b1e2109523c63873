import { randomUUIDv7 } from 'bun';
import type { Attempt } from './attempt.ts';
import { BodyCopy } from './body-copy.ts';
import type { ByteShare } from './byte-share.ts';
import type { Exchange } from './exchange.ts';
import { keptHeaders } from './kept-headers.ts';
import type { UpstreamRequest } from './route.ts';
import type { Scrubber } from './scrubber.ts';
import type { Tap } from './tap.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** Looked at beyond what is kept of a body, so that a key that lies across the limit is known for one. No key is longer. */
export const MARGIN_BYTES = 8 * 1024;

/** What was copied of an attempt. */
export class AttemptBodies {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: BodyCopy;
  answer: AnswerCopy | undefined;

  constructor(
    { method, target, headers, body }: UpstreamRequest,
    private readonly newCopy: () => BodyCopy,
  ) {
    this.method = method;
    this.path = target;
    this.headers = keptHeaders(headers);
    this.request = newCopy();
    if (typeof body === 'string') this.request.pushText(body);
    else if (body !== undefined) this.request.push(body);
  }

  /** An answer begins; what is pushed to the copy is its body. */
  begins({ status, headers }: UpstreamAnswer): BodyCopy {
    const copy = this.newCopy();
    this.answer = { status, headers: keptHeaders(headers), copy };
    return copy;
  }
}

/** What was copied of an answer. */
interface AnswerCopy {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly copy: BodyCopy;
}

/** How bodies are kept. */
export interface Keeping {
  /** So much is kept of each body. */
  readonly mostBytes: number;
  /** The memory for them. */
  readonly share: ByteShare;
  /** Takes out the secrets that the gateway had at the time. */
  readonly scrubber: Scrubber | undefined;
}

/** The bodies of one exchange, as they pass by: nothing is masked yet. What finds no room is left out as a whole. */
export class ExchangeBodies implements Tap {
  /** That of the exchange's row in the ledger. */
  readonly id: string;
  readonly request: BodyCopy;
  /** What the client gets. */
  readonly answer: BodyCopy;
  answerHeaders: Headers | undefined;
  /** There was no room for them. */
  isLeftOut = false;
  /** Whoever keeps them has them, and lets go of them. */
  isTaken = false;
  readonly mostBytes: number;
  readonly scrubber: Scrubber | undefined;
  readonly #share: ByteShare;
  readonly #attempts = new Map<Attempt, AttemptBodies>();
  #held = 0;
  #isReleased = false;

  constructor(
    readonly exchange: Exchange,
    /** Of which exchanges they are kept; of others they are let go of at the end. */
    readonly when: 'errors' | 'all',
    { mostBytes, share, scrubber }: Keeping,
  ) {
    this.mostBytes = mostBytes;
    this.scrubber = scrubber;
    this.#share = share;
    this.id = randomUUIDv7('hex', exchange.startedAtWall);
    this.request = this.#newCopy();
    this.answer = this.#newCopy();
  }

  /** Copies what goes to the backend of an attempt; the last, if it is sent anew. */
  sending(attempt: Attempt, request: UpstreamRequest): AttemptBodies {
    const bodies = new AttemptBodies(request, this.#newCopy);
    this.#attempts.set(attempt, bodies);
    return bodies;
  }

  /** What was copied of an attempt; undefined: nothing was sent. */
  of(attempt: Attempt): AttemptBodies | undefined {
    return this.#attempts.get(attempt);
  }

  sent(bytes: Uint8Array): void {
    this.answer.push(bytes);
  }

  ended(): void {
    if (!this.isTaken) this.release();
  }

  /**
   * Holds `bytes` in place of the copies, for what was made of them. Returns what lets go of that, once; undefined: there is
   * no room. Nothing holds the copies any more.
   */
  become(bytes: number): (() => void) | undefined {
    const share = this.#share;
    this.release();
    return share.take(bytes) ? () => share.giveBack(bytes) : undefined;
  }

  /** Lets go of the memory. */
  release(): void {
    this.#isReleased = true;
    this.#attempts.clear();
    this.#share.giveBack(this.#held);
    this.#held = 0;
  }

  readonly #takeRoom = (bytes: number): boolean => {
    if (this.#isReleased) return false;
    if (this.#share.take(bytes)) {
      this.#held += bytes;
      return true;
    }
    this.isLeftOut = true;
    this.release();
    return false;
  };

  readonly #newCopy = (): BodyCopy => new BodyCopy(this.mostBytes + MARGIN_BYTES, this.#takeRoom);
}
