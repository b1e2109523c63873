import { open, readdir, type FileHandle } from 'node:fs/promises';
import type { LedgerRow } from '../../core/ledger-row.ts';
import { readRecords } from './read-records.ts';
import { isHead, segmentPath } from './segment.ts';

const FIRST_BYTES = 1024 * 1024;
const PAUSE_MS = 200;

/**
 * The rows of a journal as they are written, for ever; first the last `before` of the newest segment. It only reads, so it
 * may run beside the process that writes. Rejects if there is no such folder.
 */
export async function* follow(dir: string, before: number): AsyncGenerator<LedgerRow> {
  let end = await SegmentEnd.open(dir, (await numbersIn(dir)).at(-1) ?? 0);
  try {
    const there = await end.rows();
    yield* there.slice(Math.max(0, there.length - before));
    for (;;) {
      yield* await end.rows();
      const next = (await numbersIn(dir)).find((number) => number > end.number);
      if (next === undefined) await Bun.sleep(PAUSE_MS);
      else {
        // What was written to this one before the next was begun.
        yield* await end.rows();
        await end.close();
        end = await SegmentEnd.open(dir, next);
      }
    }
  } finally {
    await end.close();
  }
}

/** A segment that is being read as it grows. One that is deleted meanwhile can be read to its end. */
class SegmentEnd {
  #offset = 0;

  private constructor(
    readonly number: number,
    private readonly handle: FileHandle | undefined,
  ) {}

  /** Opens a segment; one that is not there has no rows. */
  static async open(dir: string, number: number): Promise<SegmentEnd> {
    return new SegmentEnd(number, await open(segmentPath(dir, number), 'r').catch(() => undefined));
  }

  /** The rows that have come since the last call. */
  async rows(): Promise<LedgerRow[]> {
    const rows: LedgerRow[] = [];
    for (let size = FIRST_BYTES; this.handle !== undefined;) {
      const bytes = Buffer.allocUnsafe(size);
      const { bytesRead } = await this.handle.read(bytes, 0, size, this.#offset);
      const { texts, end } = readRecords(bytes.subarray(0, bytesRead), { most: Infinity, isLast: false });
      for (const text of texts) if (!isHead(text)) rows.push(JSON.parse(text) as LedgerRow);
      this.#offset += end;
      if (bytesRead < size) break;
      // One record alone may be longer.
      if (end === 0) size *= 2;
    }
    return rows;
  }

  async close(): Promise<void> {
    await this.handle?.close();
  }
}

async function numbersIn(dir: string): Promise<number[]> {
  const names = (await readdir(dir)).filter((name) => /^\d{12}\.journal$/.test(name));
  return names.map((name) => Number(name.slice(0, 12))).toSorted((a, b) => a - b);
}
