import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecords } from './read-records.ts';
import { NEWLINE } from './record-batch.ts';

/** One file of the journal. It only grows, and only until it is sealed. */
export interface Segment {
  /** Later segments have higher numbers. */
  readonly number: number;
  readonly path: string;
  /** Where its first row may begin. */
  readonly headBytes: number;
  /** How much of it is written; whatever may stand behind is not. */
  bytes: number;
  /** How many rows it holds, about: of one from an earlier process its lines are counted. */
  rows: number;
  /** Nothing more is written to it. */
  sealed: boolean;
}

/** A place in the journal: all before it is in the store. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

/** What the first record of a segment says. */
export interface SegmentHead {
  readonly journal: number;
  readonly node: string;
  readonly created: string;
}

/** The version of the format that this program writes, and the latest that it reads. */
export const JOURNAL_VERSION = 1;

const SUFFIX = '.journal';
const DIGITS = 12;
const PIECE_BYTES = 1024 * 1024;
const MOST_HEAD_BYTES = 4096;

export function segmentPath(dir: string, number: number): string {
  return join(dir, String(number).padStart(DIGITS, '0') + SUFFIX);
}

/** The segments of a folder, in order, as a process before this one has left them; and those of a later version, which are not touched. */
export async function leftSegments(dir: string): Promise<{ segments: Segment[]; newer: Segment[] }> {
  const segments: Segment[] = [];
  const newer: Segment[] = [];
  const names = (await readdir(dir)).filter((name) => /^\d{12}\.journal$/.test(name)).toSorted();
  for (const name of names) {
    const path = join(dir, name);
    const { version, bytes, rows } = await measured(path);
    const segment = { number: Number(name.slice(0, DIGITS)), path, headBytes: 0, bytes, rows, sealed: true };
    (version > JOURNAL_VERSION ? newer : segments).push(segment);
  }
  return { segments, newer };
}

/** The bytes of a segment from `offset` up to `end`. */
export async function readPiece({ path }: Segment, offset: number, end: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, end - offset));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await handle.read(bytes, length, bytes.length - length, offset + length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await handle.close();
  }
}

async function measured(path: string): Promise<{ version: number; bytes: number; rows: number }> {
  const handle = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let [bytes, lines, version] = [0, 0, JOURNAL_VERSION];
    for (let read = -1; read !== 0; bytes += read) {
      read = (await handle.read(piece, 0, piece.length, bytes)).bytesRead;
      if (bytes === 0) version = versionOf(piece.subarray(0, Math.min(read, MOST_HEAD_BYTES)));
      lines += countLines(piece.subarray(0, read));
    }
    return { version, bytes, rows: Math.max(0, lines - 1) };
  } finally {
    await handle.close();
  }
}

/** A damaged head vouches for nothing: its segment is read as one of this version. */
function versionOf(front: Buffer): number {
  const { texts, damage } = readRecords(front, { most: 1, isLast: true });
  const [text] = texts;
  if (text === undefined || damage.length > 0 || !isHead(text)) return JOURNAL_VERSION;
  return (JSON.parse(text) as SegmentHead).journal;
}

/** Whether the JSON of a record is a segment's head and not a row. */
export function isHead(text: string): boolean {
  return text.startsWith('{"journal":');
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
