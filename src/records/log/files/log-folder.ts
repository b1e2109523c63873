import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { compress } from './compress.ts';
import { dayNamer, readName, type LogPlace } from './rotation.ts';

/** How long log files are kept and how much they may take together; 0 is without limit. */
export interface FolderLimits {
  readonly maxAgeDays: number;
  readonly maxTotalBytes: number;
}

interface Found {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly day: string | undefined;
  readonly number: number;
  readonly form: 'log' | 'gz' | 'part';
  /** Whether lines are being appended to it. */
  readonly isCurrent: boolean;
}

/**
 * All log files of one folder: removes what is too old, compresses what has lain for a day, and sees to it that together
 * they never take more than `maxTotalBytes`. Bytes are counted as they are asked for; the disk is asked once an hour,
 * and when room is short. Nothing here throws.
 */
export class LogFolder {
  readonly #places: readonly LogPlace[];
  readonly #clock: Clock;
  readonly #dayOf = dayNamer();
  readonly #closing = new AbortController();
  #limits: FolderLimits;
  /** Too much for anything until the disk has been asked. */
  #used = Infinity;
  /** Kept free for the file that is being compressed, which is there twice until the end. */
  #reserved = 0;
  /** Taken, and perhaps not yet on the disk. */
  #pending = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** What was taken since the disk was last begun to be asked, which may or may not be in what it answers. */
  #takenSince = 0;
  #shortSince = -Infinity;
  #sweeping: Promise<void> | undefined;
  #isSweepDue = false;
  #cancelTimer: (() => void) | undefined;

  /** `places` are all that the folder may hold, whether lines go there at present or not. */
  constructor(
    readonly base: string,
    { places, clock }: { readonly places: readonly LogPlace[]; readonly clock: Clock },
    limits: FolderLimits,
  ) {
    this.#places = places;
    this.#limits = limits;
    this.#clock = clock;
    this.sweep();
  }

  configure(limits: FolderLimits): void {
    const before = this.#limits;
    this.#limits = limits;
    if (before.maxAgeDays !== limits.maxAgeDays || before.maxTotalBytes !== limits.maxTotalBytes) this.sweep();
  }

  /** Takes room for so many bytes; false, with none taken, if there is too little. */
  take(bytes: number): boolean {
    if (!this.#hasRoom(bytes, 0)) return false;
    this.#used += bytes;
    this.#pending += bytes;
    this.#takenSince += bytes;
    return true;
  }

  /** So many bytes that were taken are on the disk, or never will be. */
  written(bytes: number): void {
    this.#pending -= bytes;
  }

  /** The same after the oldest files have been removed as far as needed. Those that lines are appended to stay. */
  async takeByRemoving(bytes: number): Promise<boolean> {
    // Where nothing can be removed, the disk is not to be asked for each batch.
    if (this.#clock.now() - this.#shortSince < RETRY_MS) return this.take(bytes);
    await this.#alone(async () => this.#makeRoom(bytes, await this.#look()));
    const isTaken = this.take(bytes);
    this.#shortSince = isTaken ? -Infinity : this.#clock.now();
    return isTaken;
  }

  /** Puts a current file aside by `rename`, while nobody looks: it would be missed under either name. */
  putAside(rename: () => Promise<boolean>): Promise<boolean> {
    // Now there is one that may be removed.
    this.#shortSince = -Infinity;
    return this.#alone(rename);
  }

  /** Looks after the files in the background, once more if that is being done. */
  sweep(): void {
    if (this.#closing.signal.aborted) return;
    this.#isSweepDue = true;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(SWEEP_MS, () => this.sweep());
    this.#sweeping ??= this.#sweepWhileDue();
  }

  /** Resolves when nothing is being done in the background. */
  async settled(): Promise<void> {
    while (this.#sweeping !== undefined) await this.#sweeping;
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    this.#closing.abort();
    await this.settled();
  }

  async #sweepWhileDue(): Promise<void> {
    while (this.#isSweepDue) {
      this.#isSweepDue = false;
      await this.#sweepOnce();
    }
    this.#sweeping = undefined;
  }

  async #sweepOnce(): Promise<void> {
    const files = await this.#alone(() => this.#removeOld());
    for (const file of files) {
      const isDue = file.form === 'log' && !file.isCurrent && file.size > 0;
      if (isDue && file.mtimeMs < this.#clock.wallNow() - DAY_MS && !this.#closing.signal.aborted) {
        await this.#compress(file);
      }
    }
  }

  /** Removes what is too old, and then what there is too much of; resolves to the files that are left. */
  async #removeOld(): Promise<Found[]> {
    const nowMs = this.#clock.wallNow();
    const { maxAgeDays } = this.#limits;
    const firstKeptMs = maxAgeDays > 0 ? nowMs - maxAgeDays * DAY_MS : -Infinity;
    for (const file of await this.#look()) {
      const isLeftOver = file.form === 'part' && file.mtimeMs < nowMs - PART_MS;
      if (isLeftOver || (!file.isCurrent && this.#isBefore(file, firstKeptMs))) await this.#remove(file);
    }
    await this.#makeRoom(0, await this.#look());
    return await this.#look();
  }

  /** A dated file is as old as its day, whenever it was copied here; any other as its last line. */
  #isBefore({ day, mtimeMs }: Found, ms: number): boolean {
    if (ms === -Infinity) return false;
    return day === undefined ? mtimeMs < ms : day < this.#dayOf(ms);
  }

  async #makeRoom(bytes: number, files: readonly Found[]): Promise<void> {
    if (this.#hasRoom(bytes, 0)) return;
    for (const file of files.filter(({ isCurrent }) => !isCurrent).sort(byAge)) {
      // A little more than needed, or the next batch would begin again.
      if (this.#hasRoom(bytes, SLACK)) return;
      await this.#remove(file);
    }
  }

  /** Whether so many bytes more leave `slack` of the limit. */
  #hasRoom(bytes: number, slack: number): boolean {
    const { maxTotalBytes } = this.#limits;
    return maxTotalBytes <= 0 || this.#used + this.#reserved + bytes <= maxTotalBytes * (1 - slack);
  }

  async #remove(file: Found): Promise<void> {
    try {
      await rm(file.path, { force: true });
      this.#used -= file.size;
    } catch {
      // It still takes its room, and is tried again at the next sweep.
    }
  }

  async #compress(file: Found): Promise<void> {
    if (!this.#hasRoom(file.size, 0)) return;
    this.#reserved = file.size;
    try {
      await compress(file.path, this.#closing.signal);
    } catch {
      // It stays as it was: one that cannot be compressed is still a log.
    }
    this.#reserved = 0;
    await this.#alone(() => this.#look());
  }

  /** Asks the disk how much all files take. What is being written meanwhile may count twice, but never not at all. */
  async #look(): Promise<Found[]> {
    this.#takenSince = this.#pending;
    const files = (await Promise.all(this.#places.map((place) => this.#filesOf(place)))).flat();
    this.#used = files.reduce((sum, { size }) => sum + size, this.#takenSince);
    return files;
  }

  /** Whoever looks at the files, or moves or removes them, does so alone: counts would be wrong. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task);
    // Whoever asked is told what went wrong; the next one is not.
    this.#last = done.catch(() => {});
    return done;
  }

  async #filesOf(place: LogPlace): Promise<Found[]> {
    const today = this.#dayOf(this.#clock.wallNow());
    // A folder that is not there yet, or a file that somebody else has removed, is no trouble.
    const names = await readdir(place.dir).catch((): string[] => []);
    const found = names.map(async (name): Promise<Found | undefined> => {
      const read = readName(place, name);
      if (read === undefined) return undefined;
      const path = join(place.dir, name);
      const state = await lstat(path).catch(() => undefined);
      if (state?.isFile() !== true) return undefined;
      const { day, number = Infinity, form } = read;
      const isCurrent = form === 'log' && number === Infinity && (day === undefined || day >= today);
      return { path, size: state.size, mtimeMs: state.mtimeMs, day, number, form, isCurrent };
    });
    return (await Promise.all(found)).filter((file) => file !== undefined);
  }
}

const DAY_MS = 86_400_000;
const SWEEP_MS = 3_600_000;
/** No compression takes as long. */
const PART_MS = SWEEP_MS;
const RETRY_MS = 1000;
const SLACK = 0.05;

function byAge(one: Found, other: Found): number {
  return one.mtimeMs - other.mtimeMs || one.number - other.number;
}
