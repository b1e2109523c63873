import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A pipe without a writer is opened at once, to be refused; links are followed, for Kubernetes makes secrets of them. */
const TO_READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** Thrown for what may not be read; its message says why, and follows "the file NAME". */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';

  constructor(
    message: string,
    /** What the file system said, where it did: `ENOENT`, for example. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Reads a regular file of `maxBytes` at most, following links; rejects with an UnreadableFile. */
export async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  try {
    const handle = await open(path, TO_READ);
    try {
      const room = roomFor(await handle.stat(), maxBytes);
      let length = 0;
      for (let read = -1; read !== 0 && length < room.length; length += read) {
        read = (await handle.read(room, length, room.length - length)).bytesRead;
      }
      return whole(room, length, maxBytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asUnreadable(error);
  }
}

/** The same at once, for what is part of reading something else. */
export function readBoundedSync(path: string, maxBytes: number): Buffer {
  try {
    const fd = openSync(path, TO_READ);
    try {
      const room = roomFor(fstatSync(fd), maxBytes);
      let length = 0;
      for (let read = -1; read !== 0 && length < room.length; length += read) {
        read = readSync(fd, room, length, room.length - length, null);
      }
      return whole(room, length, maxBytes);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw asUnreadable(error);
  }
}

/** Whether every user of the machine can read the file: its own rights say so, and those of all folders above it. */
export function isReadableByAll(path: string): boolean {
  if (process.platform === 'win32') return false;
  try {
    let place = realpathSync(path);
    if ((statSync(place).mode & OTHERS_READ) === 0) return false;
    for (let above = dirname(place); above !== place; place = above, above = dirname(place)) {
      if ((statSync(above).mode & OTHERS_ENTER) === 0) return false;
    }
    return true;
  } catch {
    // Whoever may not even look cannot say so of it.
    return false;
  }
}

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;
const MIB = 1024 * 1024;

/** One byte more than may be read, so that a file that has grown meanwhile is noticed. */
function roomFor(state: Stats, maxBytes: number): Buffer {
  const kind = kindOf(state);
  if (kind !== undefined) throw new UnreadableFile(`cannot be read: it is ${kind}`);
  if (state.size > maxBytes) throw tooLong(maxBytes);
  // What /proc and some network disks show has no size until it is read.
  return Buffer.allocUnsafe(state.size === 0 ? maxBytes + 1 : state.size + 1);
}

function whole(room: Buffer, length: number, maxBytes: number): Buffer {
  if (length > maxBytes) throw tooLong(maxBytes);
  return room.subarray(0, length);
}

function tooLong(maxBytes: number): UnreadableFile {
  const most = maxBytes >= MIB ? `${maxBytes / MIB} MiB` : `${maxBytes / 1024} KiB`;
  return new UnreadableFile(`is longer than ${most}`);
}

function kindOf(state: Stats): string | undefined {
  if (state.isFile()) return undefined;
  if (state.isDirectory()) return 'a folder';
  if (state.isFIFO()) return 'a pipe';
  if (state.isSocket()) return 'a socket';
  return 'a device';
}

function asUnreadable(error: unknown): UnreadableFile {
  if (error instanceof UnreadableFile) return error;
  const { code } = error as NodeJS.ErrnoException;
  // Sockets and devices without a driver cannot even be opened.
  if (code === 'ENXIO') return new UnreadableFile('cannot be read: it is a socket or a device');
  if (code === 'EISDIR') return new UnreadableFile('cannot be read: it is a folder');
  return new UnreadableFile(`cannot be read: ${code ?? String(error)}`, code);
}
