import { open, unlink, type FileHandle } from 'node:fs/promises';
import type { RowJson } from '../../core/ledger-row.ts';
import { RecordBatch } from './record-batch.ts';
import { JOURNAL_VERSION, segmentPath, type Segment, type SegmentHead } from './segment.ts';

/** Where and how segments are written. */
export interface WriterSettings {
  readonly dir: string;
  readonly node: string;
  /** The number of the first segment. */
  readonly first: number;
  /** A segment that has grown beyond it is sealed, and the next one begun. */
  readonly segmentBytes: number;
}

/** Writes rows to the newest segment of the journal, one batch at a time. */
export class SegmentWriter {
  readonly #batch = new RecordBatch();
  #number: number;
  #open: { readonly segment: Segment; readonly handle: FileHandle } | undefined;

  constructor(
    private readonly settings: WriterSettings,
    /** Told of each segment that is begun. */
    private readonly onBegun: (segment: Segment) => void,
  ) {
    this.#number = settings.first;
  }

  /**
   * Writes rows and waits until the disk has them; resolves to their segment and its bytes before them. Rejects with what
   * the file system says; then none of them counts as written, and the next call goes on behind the last that does.
   */
  async append(rows: readonly RowJson[]): Promise<{ readonly segment: Segment; readonly start: number }> {
    const { bytes } = rows.reduce((batch, row) => batch.add(row), this.#batch.begin());
    const { segment, handle } = (this.#open ??= await this.#begin());
    const start = segment.bytes;
    await this.#write(segment, handle, bytes);
    segment.bytes += bytes.length;
    segment.rows += rows.length;
    if (segment.bytes >= this.settings.segmentBytes) await this.seal();
    return { segment, start };
  }

  /** Ends the newest segment. */
  async seal(): Promise<void> {
    const current = this.#open;
    this.#open = undefined;
    if (current === undefined) return;
    current.segment.sealed = true;
    await current.handle.close().catch(() => undefined);
  }

  async #write(segment: Segment, handle: FileHandle, bytes: Buffer): Promise<void> {
    const start = segment.bytes;
    try {
      await writeAll(handle, bytes, start);
    } catch (error) {
      // A full disk may have taken half a record. Where that cannot be undone, it is the torn end of a sealed segment.
      const isUndone = await handle.truncate(start).then(
        () => true,
        () => false,
      );
      // What this file cannot hold, another one may.
      if (!isUndone || segment.rows > 0) await this.seal();
      throw error;
    }
    try {
      await handle.datasync();
    } catch (error) {
      // Which of its pages are lost is not known, and a second call would not say it again.
      await this.seal();
      throw error;
    }
  }

  async #begin(): Promise<{ segment: Segment; handle: FileHandle }> {
    const { dir, node } = this.settings;
    const number = this.#number;
    const path = segmentPath(dir, number);
    const handle = await open(path, 'wx', 0o600);
    const head: SegmentHead = { journal: JOURNAL_VERSION, node, created: new Date().toISOString() };
    const { bytes } = new RecordBatch().add(JSON.stringify(head));
    try {
      await writeAll(handle, bytes, 0);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await unlink(path).catch(() => undefined);
      throw error;
    }
    this.#number = number + 1;
    const segment = { number, path, headBytes: bytes.length, bytes: bytes.length, rows: 0, sealed: false };
    this.onBegun(segment);
    return { segment, handle };
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, start: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, start + written);
    written += bytesWritten;
  }
}
