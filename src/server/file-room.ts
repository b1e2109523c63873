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
const MOST_RESERVED = 512;

/**
 * Watches the room for open files. A server that has run out of them cannot accept what knocks, and is woken for it all
 * the time: it would do nothing else.
 */
export class FileRoom {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #reserved: number;
  #level: RoomLevel = 'enough';

  constructor(private readonly sources: FileRoomSources) {
    this.#reserved = Math.min(MOST_RESERVED, Math.ceil(sources.limit / 8));
    this.#wait(LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      const from = performance.now();
      this.#look();
      this.#wait(Math.max(LOOK_EVERY_MS, (performance.now() - from) / LOOKS_SHARE));
    }, ms);
    this.#timer.unref();
  }

  #look(): void {
    const { limit, count, onLook } = this.sources;
    const counted = count();
    if (counted === undefined) return;
    const open = counted === 'full' ? limit : counted;
    this.#level = this.#levelAt(limit - open);
    onLook(this.#level, open, Math.max(0, limit - open - this.#reserved));
  }

  /** It takes more room to go back to a better level than to stay in it. */
  #levelAt(free: number): RoomLevel {
    const reserved = this.#reserved;
    if (free < reserved / 2) return 'none';
    if (free < reserved) return this.#level === 'none' ? 'none' : 'low';
    return free < reserved * 1.5 && this.#level !== 'enough' ? 'low' : 'enough';
  }
}
