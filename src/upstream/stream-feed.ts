import { hasRoomFor, releaseBytes, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import { OverBudget, type SpendLease } from '../core/spend-lease.ts';
import type { BodyChunk, UpstreamBody } from '../core/upstream-answer.ts';
import { lingerOn, Patience } from './patience.ts';
import type { AttemptContext } from './settle.ts';
import type { StreamInspector } from './stream-inspector.ts';

/** Feeds the chunks of a body to the inspector of its events: minds how long each is waited for, and what an event takes that is not whole. */
export class StreamFeed {
  readonly #patience = new Patience();
  /** The bytes of an event that is not whole, where they are counted. */
  #pendingBytes = 0;
  /** Why no more is read: what came is paid for, and nothing is left for the rest. */
  #over: OverBudget | undefined;
  #isInputTold = false;

  constructor(
    private body: UpstreamBody,
    private readonly events: StreamInspector,
    private readonly ongoing: AttemptContext,
  ) {}

  read(): Promise<BodyChunk> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const { attempt, context } = this.ongoing;
    attempt.watch.waits(this.events.hasEnded ? this.#patience.begins(context.clock.now()) : undefined);
    return this.body.read();
  }

  /** The next read is one that is under way already. Until then nobody waits for it. */
  readsLater(reading: Promise<BodyChunk>): void {
    this.ongoing.attempt.watch.gotBytes();
    this.body = goingOn(reading, this.body);
  }

  /** Looks at the whole events that a chunk completes. Undefined at the end of the transfer. */
  inspected({ done, value }: BodyChunk): Uint8Array | undefined {
    this.ongoing.attempt.watch.gotBytes();
    if (done) return this.events.last();
    const { seen, hasEnded } = this.events;
    const { spending } = this.ongoing.exchange.leases;
    const bytes = spending === undefined ? this.events.push(value) : this.#spend(value, spending);
    if (hasEnded) this.#patience.ends(this.ongoing.context.clock.now(), this.events.seen > seen);
    const pending = this.events.pendingBytes;
    if (pending > UNCOUNTED_BYTES || this.#pendingBytes > 0) this.#count(pending);
    return bytes;
  }

  /** The same where what comes is held for, piece by piece. Where nothing is left, the rest of it is dropped. */
  #spend(chunk: Uint8Array, spending: SpendLease): Uint8Array {
    const looked: Uint8Array[] = [];
    for (const piece of piecesOf(chunk)) {
      looked.push(this.events.push(piece));
      const refusal = spending.grew(this.ongoing.attempt, this.events.tokensSeen, this.#inputTold());
      if (refusal === undefined) continue;
      this.#over = new OverBudget(refusal);
      break;
    }
    return looked.length === 1 && looked[0] !== undefined ? looked[0] : Buffer.concat(looked);
  }

  /** How many tokens the request has, once, where the stream tells it at its beginning. */
  #inputTold(): number | undefined {
    if (this.#isInputTold || !this.events.hasContent) return undefined;
    this.#isInputTold = true;
    return this.events.usage?.promptTokens;
  }

  /** What is here of an event that is not whole counts for the memory that all have. */
  #count(bytes: number): void {
    const { attempt, context } = this.ongoing;
    const more = bytes - this.#pendingBytes;
    if (more > 0 && !hasRoomFor(more, attempt, context)) throw new NoRoom();
    if (more < 0) releaseBytes(attempt, context, -more);
    this.#pendingBytes = bytes;
  }

  /** The attempt gives back all that it holds. */
  countsAnew(): void {
    this.#pendingBytes = 0;
  }

  /** The answer is whole: the end of the transfer is waited for a moment, for the connection's sake. */
  linger(): void {
    void lingerOn(this.body, this.ongoing.context.clock);
  }

  /** Nobody wants the rest. */
  cancel(): void {
    this.body.cancel();
  }
}

/** Of dense text, so many bytes are as many tokens as are held for at a time. */
const PIECE_BYTES = 1024;

/** A chunk in pieces so small that none of them is dearer than a step of what is held. Most chunks are one. */
export function piecesOf(chunk: Uint8Array): Iterable<Uint8Array> {
  if (chunk.byteLength <= PIECE_BYTES) return [chunk];
  return Array.from({ length: Math.ceil(chunk.byteLength / PIECE_BYTES) }, (_, at) =>
    chunk.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES),
  );
}

/** The body with a read that is under way already. */
function goingOn(reading: Promise<BodyChunk>, body: UpstreamBody): UpstreamBody {
  let pending: Promise<BodyChunk> | undefined = reading;
  return {
    read: () => {
      const first = pending;
      pending = undefined;
      return first ?? body.read();
    },
    takeWhole: () => undefined,
    cancel: () => body.cancel(),
  };
}
