import { checksum, HEADER_BYTES, NEWLINE } from './record-batch.ts';

/** Bytes that are no record, or that one was made of in spite of damage. */
export interface Damage {
  readonly start: number;
  readonly end: number;
  /** What is damaged is the frame alone: the checksum vouches for the record. */
  readonly isMended: boolean;
}

/** What stands in a piece of a segment. */
export interface RecordsRead {
  /** The JSON of each record. */
  readonly texts: readonly string[];
  readonly damage: readonly Damage[];
  /** How many bytes at the end are the beginning of a record that was never written to its end. */
  readonly tornBytes: number;
  /** Where the next record begins. */
  readonly end: number;
}

/**
 * Reads up to `most` records from the front of `bytes`, which begin with one. A damaged record costs no other: reading goes
 * on at the next line that begins like a record. `isLast`: nothing comes behind `bytes`, so what is not whole is torn.
 */
export function readRecords(bytes: Buffer, { most, isLast }: { most: number; isLast: boolean }): RecordsRead {
  const texts: string[] = [];
  const damage: Damage[] = [];
  let at = 0;
  while (at < bytes.length && texts.length < most) {
    const found = recordAt(bytes, at);
    // More bytes may come, and tell more.
    if (found.reachesEnd && !isLast) break;
    if (found.kind === 'torn') return { texts, damage, tornBytes: bytes.length - at, end: bytes.length };
    if (found.kind !== 'whole') damage.push({ start: at, end: found.next, isMended: found.kind === 'mended' });
    if (found.kind !== 'damaged') texts.push(found.text);
    at = found.next;
  }
  return { texts, damage, tornBytes: 0, end: at };
}

type Found =
  | { readonly kind: 'whole' | 'mended'; readonly text: string; readonly next: number; readonly reachesEnd: boolean }
  | { readonly kind: 'damaged'; readonly next: number; readonly reachesEnd: boolean }
  | { readonly kind: 'torn'; readonly reachesEnd: true };

function recordAt(bytes: Buffer, at: number): Found {
  const length = looksLikeRecord(bytes, at) ? hexAt(bytes, at) : undefined;
  const crc = hexAt(bytes, at + 9);
  const start = at + HEADER_BYTES;
  if (length !== undefined && isIntact(bytes, start, start + length, crc)) {
    const end = start + length;
    // The newline behind it is all that a write did not get to, or all that is damaged.
    const kind = end === bytes.length || bytes[end] === NEWLINE ? 'whole' : 'mended';
    return {
      kind,
      text: bytes.toString('utf8', start, end),
      next: Math.min(end + 1, bytes.length),
      reachesEnd: end === bytes.length,
    };
  }
  const newline = bytes.indexOf(NEWLINE, at);
  if (newline === -1) {
    const isTorn = bytes.length < start || (length !== undefined && start + length > bytes.length);
    return isTorn ? { kind: 'torn', reachesEnd: true } : { kind: 'damaged', next: bytes.length, reachesEnd: true };
  }
  // The length may be what is damaged.
  if (isIntact(bytes, start, newline, crc))
    return { kind: 'mended', text: bytes.toString('utf8', start, newline), next: newline + 1, reachesEnd: false };
  return { kind: 'damaged', ...nextRecord(bytes, newline) };
}

/** Where the next record begins, behind the newline at `from`. */
function nextRecord(bytes: Buffer, from: number): { next: number; reachesEnd: boolean } {
  for (let newline = from; newline !== -1; newline = bytes.indexOf(NEWLINE, newline + 1)) {
    if (newline + 1 === bytes.length) return { next: bytes.length, reachesEnd: false };
    if (looksLikeRecord(bytes, newline + 1)) return { next: newline + 1, reachesEnd: false };
    // A record may begin here, and its front alone has been read.
    if (bytes.length - newline <= HEADER_BYTES) return { next: newline + 1, reachesEnd: true };
  }
  return { next: bytes.length, reachesEnd: true };
}

function looksLikeRecord(bytes: Buffer, at: number): boolean {
  const isWide = at + HEADER_BYTES <= bytes.length;
  return (
    isWide &&
    bytes[at + 8] === BLANK &&
    bytes[at + 17] === BLANK &&
    hexAt(bytes, at) !== undefined &&
    hexAt(bytes, at + 9) !== undefined
  );
}

const BLANK = 32;

function isIntact(bytes: Buffer, start: number, end: number, crc: number | undefined): boolean {
  return crc !== undefined && start <= end && end <= bytes.length && checksum(bytes.subarray(start, end)) === crc;
}

/** The eight digits from `at` on, all of which the writer makes small. */
function hexAt(bytes: Buffer, at: number): number | undefined {
  let value = 0;
  for (let index = at; index < at + 8; index++) {
    const byte = bytes[index] ?? 0;
    if (byte >= 48 && byte <= 57) value = value * 16 + byte - 48;
    else if (byte >= 97 && byte <= 102) value = value * 16 + byte - 87;
    else return undefined;
  }
  return value;
}
