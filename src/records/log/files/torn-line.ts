import type { FileHandle } from 'node:fs/promises';
import { NEWLINE } from './line-batch.ts';

/** How every line in JSON begins. */
const JSON_START = Buffer.from('{"level":"');
const FIRST_READ_BYTES = 64 * 1024;
/** Of a longer line only the end is looked at. */
const MOST_READ_BYTES = 1024 * 1024;

/** What stands after the last newline of a file of `size` bytes: nothing, or a line that a write has not ended. */
export async function unendedLine(handle: FileHandle, size: number): Promise<Buffer> {
  for (let most = FIRST_READ_BYTES; ; most *= 4) {
    const bytes = await readEnd(handle, size, Math.min(most, size));
    const end = bytes.lastIndexOf(NEWLINE);
    if (end !== -1 || bytes.length === size || most >= MOST_READ_BYTES) return bytes.subarray(end + 1);
  }
}

/**
 * Whether `line` is the first part of one of the gateway's lines in JSON. Anything else is not the gateway's to judge: a
 * line whose newline alone is missing, one in the text format, or what somebody else wrote.
 */
export function isHalfJsonLine(line: Buffer): boolean {
  const start = JSON_START.subarray(0, line.length);
  if (line.length === 0 || !line.subarray(0, start.length).equals(start)) return false;
  try {
    JSON.parse(line.toString());
    return false;
  } catch {
    return true;
  }
}

/** Removes `end` from the end of the file; false, with the file as it was, where it ends otherwise or that is forbidden. */
export async function removeEnd(handle: FileHandle, end: Buffer): Promise<boolean> {
  if (end.length === 0) return true;
  try {
    const { size } = await handle.stat();
    if (size < end.length || !(await readEnd(handle, size, end.length)).equals(end)) return false;
    // Another process may append to the same file: what it has written meanwhile stays.
    if ((await handle.stat()).size !== size) return false;
    await handle.truncate(size - end.length);
    return true;
  } catch {
    return false;
  }
}

async function readEnd(handle: FileHandle, size: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, size - length);
  return bytes.subarray(0, bytesRead);
}
