import { hasRoomFor, releaseBytes } from '../core/buffered-bytes.ts';
import type { LateCommit } from '../core/route.ts';
import type { BodyChunk } from '../core/upstream-answer.ts';
import { Blocks } from '../protocols/shared/stream/blocks.ts';
import type { AttemptContext } from './settle.ts';
import type { StreamInspector } from './stream-inspector.ts';

/** How much may wait for the first content. */
const MAX_EVENTS = 64;
const MAX_BYTES = 256 * 1024;
/** How much may wait for a later commit point. */
const MAX_LATE_EVENTS = 4096;
const MAX_LATE_BYTES = 1024 * 1024;

/** The point up to which a stream is held back: the client has nothing of it yet, and a failure can be routed around. */
export class CommitPoint {
  /** What came so far, for the client. */
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Bytes charged to the memory budget. */
  #countedBytes = 0;
  /** To be filled by whoever sees the events; undefined where the first content is the point. */
  readonly blocks: Blocks | undefined;
  readonly #late: LateCommit | undefined;
  #isOutOfRoom = false;
  #isDue = false;
  #onDue: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;

  /** It is what the alias says that the client has asked for, wherever the answer comes from. */
  constructor(private readonly ongoing: AttemptContext) {
    const { asked, endpoint } = ongoing.exchange;
    if (endpoint?.operation !== 'generate') return;
    this.#late = asked?.alias.commit;
    if (this.#late !== undefined) this.blocks = new Blocks();
  }

  /** It comes later than the first content. */
  get isLate(): boolean {
    return this.#late !== undefined;
  }

  /** Takes what is to go out. Where it finds no room, nothing is held any longer. */
  hold(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.byteLength;
    if (this.#late === undefined) return;
    if (hasRoomFor(bytes.byteLength, this.ongoing.attempt, this.ongoing.context))
      this.#countedBytes += bytes.byteLength;
    else this.#isOutOfRoom = true;
  }

  /** Whether the stream goes out from here on, as its events stand. */
  isReached(events: StreamInspector): boolean {
    if (events.state === 'waiting') return this.#holds(MAX_EVENTS, MAX_BYTES, events);
    if (this.#late === undefined || this.#isOutOfRoom || events.isComplete) return true;
    return this.#isLateReached(this.#late) || this.#holds(MAX_LATE_EVENTS, MAX_LATE_BYTES, events);
  }

  /** The next chunk, or undefined when the hold time is over first. */
  chunkOrTimeout(reading: Promise<BodyChunk>): Promise<BodyChunk | undefined> {
    if (this.#cancelTimer === undefined) return reading;
    return new Promise((resolve, reject) => {
      this.#onDue = () => resolve(undefined);
      reading.then(resolve, reject);
    });
  }

  get held(): readonly Uint8Array[] {
    return this.#held;
  }

  /** What of it counts, as long as the client has not taken it. */
  get countedBytes(): number {
    return this.#countedBytes;
  }

  /** The next of what is held, for the client. With the last, the memory is given back. */
  take(): Uint8Array | undefined {
    const first = this.#held.shift();
    if (this.#held.length === 0 && this.#countedBytes > 0) {
      releaseBytes(this.ongoing.attempt, this.ongoing.context, this.#countedBytes);
      this.#countedBytes = 0;
    }
    return first;
  }

  /** To be called when the point is reached, or never will be. */
  ends(): void {
    this.#cancelTimer?.();
  }

  #isLateReached(late: LateCommit): boolean {
    const { blocks } = this;
    if (blocks === undefined) return true;
    const { texts, textIsWhole, callIsWhole } = blocks;
    // What comes after a whole text tells whether it leads to a tool call: that is held with it.
    if (late === 'block') return callIsWhole || (textIsWhole && texts > 1);
    if (texts > 0) this.#cancelTimer ??= this.ongoing.context.clock.after(late, () => this.#onTimer());
    return callIsWhole || this.#isDue;
  }

  #onTimer(): void {
    this.#isDue = true;
    this.#onDue?.();
  }

  #holds(maxEvents: number, maxBytes: number, events: StreamInspector): boolean {
    return events.seen >= maxEvents || this.#heldBytes + events.pendingBytes >= maxBytes;
  }
}
