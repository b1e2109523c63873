import type { RowJson } from '../../core/ledger-row.ts';
import { readRecords } from './read-records.ts';
import { isHead, readPiece, type Segment } from './segment.ts';

/** What was read of a segment. */
export interface RowsRead {
  readonly rows: readonly RowJson[];
  /** Where to go on. */
  readonly end: number;
  readonly damage: readonly DamagedBytes[];
  /** The length of a record at the end that was never written to its end; 0: there is none. */
  readonly tornBytes: number;
}

/** Bytes of a segment that are no record, or not quite. */
export interface DamagedBytes {
  readonly offset: number;
  readonly bytes: Buffer;
  /** Their row could be read all the same. */
  readonly isMended: boolean;
}

const PIECE_BYTES = 1024 * 1024;

/** Reads up to `most` rows of a segment from `offset` on, where a record begins; at least one, or damage, or what is torn. */
export async function readRows(segment: Segment, offset: number, most: number): Promise<RowsRead> {
  // It may grow meanwhile.
  const written = segment.bytes;
  for (let size = PIECE_BYTES; ; size *= 2) {
    const last = Math.min(written, offset + size);
    const piece = await pieceOf(segment, offset, last);
    const isLast = last === written || piece.length < last - offset;
    const { texts, damage, tornBytes, end } = readRecords(piece, { most, isLast });
    if (end === 0 && !isLast) continue;
    return {
      rows: texts.filter((text) => !isHead(text)),
      // Somebody has cut or deleted the file: what is missing is damage as well.
      end: piece.length < last - offset ? Math.max(written, offset + end) : offset + end,
      damage: [
        ...damage.map(({ start, end: until, isMended }) => ({
          offset: offset + start,
          bytes: piece.subarray(start, until),
          isMended,
        })),
        ...(piece.length < last - offset
          ? [{ offset: offset + piece.length, bytes: Buffer.alloc(0), isMended: false }]
          : []),
      ],
      tornBytes,
    };
  }
}

async function pieceOf(segment: Segment, offset: number, end: number): Promise<Buffer> {
  try {
    return await readPiece(segment, offset, end);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
