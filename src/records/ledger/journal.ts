import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerRow, RowJson } from '../../core/ledger-row.ts';
import { FolderLock } from './folder-lock.ts';
import { readPosition, writePosition } from './position.ts';
import { readRows, type RowsRead } from './read-rows.ts';
import { RecentRows } from './recent-rows.ts';
import { leftSegments, type Position, type Segment } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Where a journal is, and whose. */
export interface JournalSettings {
  readonly dir: string;
  readonly node: string;
  /** A segment that has grown beyond it is followed by another. */
  readonly segmentBytes: number;
}

/** Rows that follow each other, to be shipped together. */
export interface JournalBatch extends RowsRead {
  readonly segment: Segment;
}

const MOST_READ = 500;

/**
 * Rows on the disk that are not in the store yet: written at one end, shipped from the other. Both may go on at once, each
 * one call at a time.
 */
export class Journal {
  readonly #segments: Segment[];
  readonly #writer: SegmentWriter;
  readonly #recent = new RecentRows();
  /** What an earlier process has left ends with the segment of this number; 0: it has left nothing. */
  readonly #lastLeft: number;
  #position: Position;
  /** How many rows before `#position` are in its segment. */
  #shippedRows = 0;
  #isClosed = false;

  /**
   * Opens the journal of a folder, which is made if there is none. Rejects with a FolderTaken if another process has it, or
   * with what the file system says.
   */
  static async open(settings: JournalSettings): Promise<Journal> {
    await mkdir(settings.dir, { recursive: true, mode: 0o700 });
    const lock = await FolderLock.take(join(settings.dir, 'lock'));
    try {
      const left = await leftSegments(settings.dir);
      return new Journal(settings, lock, { ...left, position: await readPosition(settings.dir) });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private constructor(
    private readonly settings: JournalSettings,
    private readonly lock: FolderLock,
    left: { segments: Segment[]; newer: Segment[]; position: Position | undefined },
  ) {
    this.newer = left.newer;
    this.#segments = left.segments;
    this.#lastLeft = left.segments.at(-1)?.number ?? 0;
    // A number is never used twice, or the position of an earlier segment would be taken for one in the new.
    const used = [...left.segments, ...left.newer].map(({ number }) => number);
    const first = Math.max(0, left.position?.segment ?? 0, ...used) + 1;
    this.#writer = new SegmentWriter({ ...settings, first }, (segment) => this.#segments.push(segment));
    this.#position = left.position ?? { segment: 0, offset: 0 };
  }

  /** Segments of a later version of the format. They are left alone. */
  readonly newer: readonly Segment[];

  /** The size of its files. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** How many rows are not shipped yet; of what an earlier process has left, about. */
  get rows(): number {
    const written = this.#segments.reduce((sum, { rows }) => sum + rows, 0);
    return Math.max(0, written - this.#shippedRows);
  }

  /** There is something that an earlier process has left and that is not shipped. */
  get hasLeftRows(): boolean {
    return (this.#segments[0]?.number ?? Infinity) <= this.#lastLeft;
  }

  /** An earlier process has left these. */
  isLeft({ segment }: JournalBatch): boolean {
    return segment.number <= this.#lastLeft;
  }

  /** Writes rows, in the order in which they came. Resolves when the disk has them; rejects with what the file system says, and has none of them. */
  async append(rows: readonly RowJson[]): Promise<void> {
    const { segment, start } = await this.#writer.append(rows);
    const isNext = this.#segments[0] === segment && this.#offsetIn(segment) === start;
    this.#recent.add({ segment, start, end: segment.bytes, rows }, isNext);
  }

  /** What is to be shipped next, about `most` rows; undefined: everything is. Call `acknowledge` before the next call. */
  async next(most: number): Promise<JournalBatch | undefined> {
    for (let segment = this.#segments[0]; segment !== undefined; segment = this.#segments[0]) {
      const offset = this.#offsetIn(segment);
      if (offset < segment.bytes) {
        const recent = this.#recent.from(segment, offset, most);
        if (recent !== undefined) return { ...recent, segment, damage: [], tornBytes: 0 };
        return { ...(await readRows(segment, offset, most)), segment };
      }
      if (!segment.sealed) return undefined;
      await this.#drop(segment);
    }
    return undefined;
  }

  /** The store has the rows of a batch: they are not shipped again, and a segment is deleted when it is through. */
  async acknowledge({ segment, end, rows }: JournalBatch): Promise<void> {
    // The folder may be another process's by now.
    if (this.#isClosed) return;
    if (segment.sealed && end >= segment.bytes) return await this.#drop(segment);
    this.#shippedRows += rows.length;
    await this.#moveTo({ segment: segment.number, offset: end });
  }

  /** The rows that an earlier process has left and that are not shipped. What is shipped meanwhile may be missing. */
  async *leftRows(): AsyncGenerator<LedgerRow> {
    for (const segment of this.#segments.filter(({ number }) => number <= this.#lastLeft)) {
      for (let offset = this.#offsetIn(segment); offset < segment.bytes;) {
        const read = await readRows(segment, offset, MOST_READ).catch(unlessGone);
        for (const row of read?.rows ?? []) yield JSON.parse(row) as LedgerRow;
        offset = read?.end ?? segment.bytes;
      }
    }
  }

  /** Ends the newest segment, of which the next process ships what is not shipped, and lets others have the folder. */
  async close(): Promise<void> {
    await this.#writer.seal();
    const [last, another] = this.#segments;
    if (last !== undefined && another === undefined && this.#offsetIn(last) >= last.bytes) await this.#drop(last);
    this.#isClosed = true;
    this.lock.release();
  }

  /** Where to go on in a segment. Those that are shipped are deleted, so of any other than that of the position nothing may be left out. */
  #offsetIn({ number, headBytes }: Segment): number {
    return this.#position.segment === number ? this.#position.offset : headBytes;
  }

  async #drop(segment: Segment): Promise<void> {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    this.#shippedRows = 0;
    await this.#moveTo({ segment: segment.number, offset: segment.bytes });
    await unlink(segment.path).catch(() => undefined);
  }

  async #moveTo(position: Position): Promise<void> {
    this.#position = position;
    // Where it cannot be kept, on a full disk, the same rows are shipped again after a crash, and the store has them.
    await writePosition(this.settings.dir, position).catch(() => undefined);
  }
}

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
