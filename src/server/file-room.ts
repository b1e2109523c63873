/**
 * How much room there is for more open files, of which each connection is one: `low` leaves enough for what is under
 * way, for it needs connections to backends; with `none` nobody can come in any more.
 */
export type RoomLevel = 'enough' | 'low' | 'none';

/** What is watched, and who is told. */
export interface FileRoomSources {
  /** How many files may be open. */
  readonly limit: number;
  /** How many are; `full` where not even this can be asked. */
  readonly count: () => number | 'full' | undefined;
  /** Told at every look. `spare`: how many may be opened before it is `low`. */
  readonly onLook: (level: RoomLevel, open: number, spare: number) => void;
}

/** A burst fills what is left between two looks; the listener's backlog is 512. */
const LOOK_EVERY_MS = 250;
/** Older kernels make a look dear where many files are open: it may take no more than this part of the time. */
const LOOKS_SHARE = 1 / 50;
/** So little for a look that any request may have one. */
const CHEAP_LOOK_MS = 1;
const MOST_RESERVED = 512;

/**
 * Watches the room for open files. A server that has run out of them cannot accept what knocks, and is woken for it all
 * the time: it would do nothing else.
 */
export class FileRoom {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #reserved: number;
  #level: RoomLevel = 'enough';
  /** No look before, in monotonic milliseconds. */
  #restsUntil = 0;
  /** What a look takes. */
  #lookMs = Infinity;

  constructor(private readonly sources: FileRoomSources) {
    this.#reserved = Math.min(MOST_RESERVED, Math.ceil(sources.limit / 8));
    this.#wait(LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Looks before it is time, and returns how many files are to spare; undefined where looks are expensive and it is too soon. */
  lookAgain(): number | undefined {
    return performance.now() < this.#restsUntil ? undefined : this.#look();
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.lookAgain();
      this.#wait(Math.max(LOOK_EVERY_MS, this.#restsUntil - performance.now()));
    }, ms);
    this.#timer.unref();
  }

  #look(): number | undefined {
    const from = performance.now();
    const spare = this.#tell();
    const now = performance.now();
    // The least so far: now and then somebody else has the processor.
    this.#lookMs = Math.min(this.#lookMs, now - from);
    this.#restsUntil = this.#lookMs <= CHEAP_LOOK_MS ? now : now + this.#lookMs / LOOKS_SHARE;
    return spare;
  }

  #tell(): number | undefined {
    const { limit, count, onLook } = this.sources;
    const counted = count();
    if (counted === undefined) return undefined;
    const open = counted === 'full' ? limit : counted;
    this.#level = this.#levelAt(limit - open);
    const spare = Math.max(0, limit - open - this.#reserved);
    onLook(this.#level, open, spare);
    return spare;
  }

  /** It takes more room to go back to a better level than to stay in it. */
  #levelAt(free: number): RoomLevel {
    const reserved = this.#reserved;
    if (free < reserved / 2) return 'none';
    if (free < reserved) return this.#level === 'none' ? 'none' : 'low';
    return free < reserved * 1.5 && this.#level !== 'enough' ? 'low' : 'enough';
  }
}
