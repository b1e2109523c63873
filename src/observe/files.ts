import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import { countLines, LineBatch, NEWLINE, wholeLines } from './line-batch.ts';
import { currentPath, dayNamer, removeOld, renameToNumber, type LogPlace } from './rotation.ts';

/** How big a file may grow and how long it is kept; 0 is without limit. */
export interface LogLimits {
  readonly maxFileBytes: number;
  readonly maxAgeDays: number;
}

/** Told what became of lines. `reason` is what the file system threw, or undefined when too much was waiting. */
export interface LogFileEvents {
  lost(file: LogFile, lines: number, reason: unknown): void;
  written(file: LogFile): void;
}

/**
 * One log, appended to in batches: nothing here blocks or throws. A batch is written at 256 KiB or 100 ms after its
 * first line; one write is in flight at a time, so order is kept. Lines that cannot be written are dropped and told.
 */
export class LogFile {
  readonly #clock: Clock;
  readonly #events: LogFileEvents;
  readonly #dayOf = dayNamer();
  #limits: LogLimits;
  #queue: LineBatch[] = [];
  /** Not yet written, in flight included. */
  #waitingBytes = 0;
  /** One that was written, to be filled again. */
  #spare: LineBatch | undefined;
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #removalDue = true;
  #closed = false;
  #handle: FileHandle | undefined;
  #bytes = 0;
  /** The day whose lines the open file holds. */
  #day = '';
  #checkedAt = 0;

  constructor(
    readonly place: LogPlace,
    limits: LogLimits,
    clock: Clock,
    events: LogFileEvents,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#events = events;
    // Removes what is too old even if nothing is ever logged.
    void this.#kick();
  }

  /** Takes one line without its end. */
  append(line: string, nowMs: number): void {
    if (this.#closed || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#events.lost(this, 1, undefined);
      return;
    }
    const day = this.#dayOf(nowMs);
    let batch = this.#queue.at(-1);
    if (batch === undefined || batch.day !== day || batch.byteLength >= BATCH_BYTES) {
      batch = (this.#spare ?? new LineBatch()).begin(day);
      this.#spare = undefined;
      this.#queue.push(batch);
    }
    const before = batch.byteLength;
    batch.add(line);
    this.#waitingBytes += batch.byteLength - before;
    this.#cancelTimer ??= this.#clock.after(BATCH_MS, this.#onTimer);
    if (batch.byteLength >= BATCH_BYTES) void this.#kick();
  }

  /** Applies from the next batch on. */
  configure(limits: LogLimits): void {
    this.#removalDue ||= limits.maxAgeDays !== this.#limits.maxAgeDays;
    this.#limits = limits;
    if (this.#removalDue) void this.#kick();
  }

  /** Resolves when every line given so far is written or lost. */
  async flush(): Promise<void> {
    while (this.#running !== undefined || this.#queue.length > 0) await this.#kick();
  }

  /** Writes what is left and lets go of the file; later lines are lost. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    await this.#release();
  }

  #onTimer = (): void => {
    this.#cancelTimer = undefined;
    void this.#kick();
  };

  #kick(): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Never rejects. What comes in meanwhile waits for its own size or time, or the disk would see a write a line. */
  async #drain(): Promise<void> {
    do {
      const batches = this.#queue;
      this.#queue = [];
      if (this.#removalDue) await this.#removeOld();
      for (const batch of batches) {
        if (batch.day !== this.#day && this.#day !== '') await this.#removeOld();
        await this.#write(batch);
        this.#waitingBytes -= batch.byteLength;
        if (batch.capacity <= KEEP_BYTES) this.#spare = batch;
      }
    } while ((this.#queue[0]?.byteLength ?? 0) >= BATCH_BYTES);
    if (this.#queue.length > 0) this.#cancelTimer ??= this.#clock.after(BATCH_MS, this.#onTimer);
  }

  async #write(batch: LineBatch): Promise<void> {
    let rest = batch.bytes;
    try {
      while (rest.length > 0) {
        const handle = await this.#ready(batch.day);
        const fitting = this.#fitting(rest);
        if (fitting === 0) {
          await this.#rotate();
          continue;
        }
        const { bytes, error } = await append(handle, rest.subarray(0, fitting));
        this.#bytes += bytes;
        rest = rest.subarray(error === undefined ? fitting : wholeLines(rest, bytes));
        if (error !== undefined) throw error;
      }
      // Not while lines may still be lost to a long queue, or every batch would bring the good news and then the bad.
      if (this.#waitingBytes <= MAX_WAITING_BYTES / 2) this.#events.written(this);
    } catch (error) {
      // Opened anew for the next batch: the directory may be back, the disk may have room.
      await this.#release();
      this.#events.lost(this, countLines(rest), error);
    }
  }

  /** The length of the lines at the front that the current file has room for; an empty file takes at least one. */
  #fitting(lines: Buffer): number {
    const { maxFileBytes } = this.#limits;
    if (maxFileBytes <= 0) return lines.length;
    const fitting = wholeLines(lines, maxFileBytes - this.#bytes);
    return fitting > 0 || this.#bytes > 0 ? fitting : lines.indexOf(NEWLINE) + 1;
  }

  /** The file to append lines of `day` to, open: the day's own, and the one that its name still leads to. */
  async #ready(day: string): Promise<FileHandle> {
    if (this.#handle !== undefined && day === this.#day && !(await this.#isGone())) return this.#handle;
    const sameDay = day === this.#day;
    await this.#release();
    await mkdir(this.place.dir, { recursive: true });
    if (!sameDay && (await this.#holdsOtherDay(day))) await renameToNumber(this.place, day);
    const handle = await open(currentPath(this.place, day), 'a+');
    this.#handle = handle;
    this.#day = day;
    this.#checkedAt = this.#clock.now();
    this.#bytes = (await handle.stat()).size;
    await this.#endTornLine(handle);
    return handle;
  }

  /** A full disk or a killed process may have left half a line, which must not swallow the next one. */
  async #endTornLine(handle: FileHandle): Promise<void> {
    if (this.#bytes === 0) return;
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, this.#bytes - 1);
    if (last[0] === NEWLINE) return;
    const { bytes, error } = await append(handle, Buffer.of(NEWLINE));
    this.#bytes += bytes;
    if (error !== undefined) throw error;
  }

  /** Whether somebody removed or renamed the open file (logrotate, `rm`); looked at once a second at most. */
  async #isGone(): Promise<boolean> {
    const now = this.#clock.now();
    if (now - this.#checkedAt < CHECK_MS || this.#handle === undefined) return false;
    this.#checkedAt = now;
    try {
      const [named, held] = await Promise.all([
        stat(currentPath(this.place, this.#day), { bigint: true }),
        this.#handle.stat({ bigint: true }),
      ]);
      // File numbers on Windows are not dependable, and an open file cannot be replaced there.
      return process.platform !== 'win32' && (named.ino !== held.ino || named.dev !== held.dev);
    } catch {
      return true;
    }
  }

  /** An undated file belongs to the day it was last written to. */
  async #holdsOtherDay(day: string): Promise<boolean> {
    if (this.place.stem === undefined) return false;
    if (this.#day !== '') return this.#day !== day;
    const found = await stat(currentPath(this.place, day)).catch(() => undefined);
    return found !== undefined && found.size > 0 && dayNamer()(found.mtimeMs) !== day;
  }

  async #rotate(): Promise<void> {
    await this.#release();
    if (!(await renameToNumber(this.place, this.#day))) {
      // It cannot be moved (open elsewhere on Windows, say): rather a file too big than lines lost.
      this.#handle = await open(currentPath(this.place, this.#day), 'a+');
      this.#bytes = 0;
    }
  }

  async #removeOld(): Promise<void> {
    this.#removalDue = false;
    const { maxAgeDays } = this.#limits;
    if (maxAgeDays > 0) await removeOld(this.place, this.#clock.wallNow() - maxAgeDays * DAY_MS);
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }
}

const BATCH_BYTES = 256 * 1024;
/** A batch that one long line has grown is not kept. */
const KEEP_BYTES = 2 * BATCH_BYTES;
const BATCH_MS = 100;
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const CHECK_MS = 1000;
const DAY_MS = 86_400_000;

/** Writes all of `data`; says how much of it went out when it could not. */
async function append(handle: FileHandle, data: Buffer): Promise<{ bytes: number; error?: Error }> {
  let bytes = 0;
  try {
    while (bytes < data.length) bytes += (await handle.write(data, bytes, data.length - bytes)).bytesWritten;
    return { bytes };
  } catch (error) {
    return { bytes, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
