import { lstat, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../../lib/clock.ts';
import { countLines, LineBatch, NEWLINE, wholeLines } from './line-batch.ts';
import type { LogFolder } from './log-folder.ts';
import { openToAppend } from './log-open.ts';
import { currentPath, dayNamer, renameToNumber, type LogPlace } from './rotation.ts';
import { isHalfJsonLine, removeEnd, unendedLine } from './torn-line.ts';

/** What a log file goes by. */
export interface LogFileSettings {
  /** The folder that it shares with others. */
  readonly folder: LogFolder;
  /** How big it may grow; 0 is without limit. */
  readonly maxFileBytes: number;
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
  #settings: LogFileSettings;
  #queue: LineBatch[] = [];
  /** Not yet written, in flight included. */
  #waitingBytes = 0;
  /** One that was written, to be filled again. */
  #spare: LineBatch | undefined;
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;
  #handle: FileHandle | undefined;
  #bytes = 0;
  /** The day whose lines the open file holds. */
  #day = '';
  #checkedAt = 0;

  constructor(
    readonly place: LogPlace,
    settings: LogFileSettings,
    clock: Clock,
    events: LogFileEvents,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#events = events;
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
  configure(settings: LogFileSettings): void {
    this.#settings = settings;
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
      for (const batch of batches) {
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
        if (fitting === 0 || !(await this.#takeRoom(fitting))) {
          await this.#rotate();
          continue;
        }
        const { bytes, error } = await append(handle, rest.subarray(0, fitting));
        this.#settings.folder.written(fitting);
        this.#bytes += bytes;
        const whole = error === undefined ? fitting : wholeLines(rest, bytes);
        const torn = rest.subarray(whole, Math.max(whole, bytes));
        rest = rest.subarray(whole);
        if (error === undefined) continue;
        // Half a line is of no use, and whoever reads the file as JSON would stop there.
        if (await removeEnd(handle, torn)) this.#bytes -= torn.length;
        throw error;
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
    const { maxFileBytes } = this.#settings;
    if (maxFileBytes <= 0) return lines.length;
    const fitting = wholeLines(lines, maxFileBytes - this.#bytes);
    return fitting > 0 || this.#bytes > 0 ? fitting : lines.indexOf(NEWLINE) + 1;
  }

  /** The file to append lines of `day` to, open: the day's own, and the one that its name still leads to. */
  async #ready(day: string): Promise<FileHandle> {
    if (this.#handle !== undefined && day === this.#day && !(await this.#isGone())) return this.#handle;
    const sameDay = day === this.#day;
    await this.#release();
    if (!sameDay && (await this.#holdsOtherDay(day))) {
      // It is put aside with its last line ended.
      await this.#open(day);
      await this.#release();
      await this.#putAside(day);
    }
    return await this.#open(day);
  }

  async #open(day: string): Promise<FileHandle> {
    const handle = await openToAppend(this.place, day);
    this.#handle = handle;
    this.#day = day;
    this.#checkedAt = this.#clock.now();
    this.#bytes = (await handle.stat()).size;
    await this.#endTornLine(handle);
    return handle;
  }

  /** A process that was killed may have left half a line: it goes, or at least must not swallow the next one. */
  async #endTornLine(handle: FileHandle): Promise<void> {
    const line = await unendedLine(handle, this.#bytes);
    if (line.length === 0) return;
    if (isHalfJsonLine(line) && (await removeEnd(handle, line))) {
      this.#bytes -= line.length;
      return;
    }
    // Where there is no room even for that, the file makes way for the next line.
    if (!(await this.#takeRoom(1))) return;
    const { bytes, error } = await append(handle, Buffer.of(NEWLINE));
    this.#settings.folder.written(1);
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
        lstat(currentPath(this.place, this.#day), { bigint: true }),
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
    const found = await lstat(currentPath(this.place, day)).catch(() => undefined);
    return found?.isFile() === true && found.size > 0 && dayNamer()(found.mtimeMs) !== day;
  }

  /** False if the file has to make way itself; throws if even that would not help. */
  async #takeRoom(bytes: number): Promise<boolean> {
    const { folder } = this.#settings;
    if (folder.take(bytes) || (await folder.takeByRemoving(bytes))) return true;
    if (this.#bytes > 0) return false;
    throw new Error('all log files together have reached logging.max_total_mb');
  }

  async #rotate(): Promise<void> {
    await this.#release();
    if (!(await this.#putAside(this.#day))) {
      // It cannot be moved (open elsewhere on Windows, say): rather a file too big than lines lost.
      this.#handle = await openToAppend(this.place, this.#day);
      this.#bytes = 0;
    }
  }

  #putAside(day: string): Promise<boolean> {
    return this.#settings.folder.putAside(() => renameToNumber(this.place, day));
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
