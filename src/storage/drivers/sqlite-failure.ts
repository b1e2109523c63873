import type { UnavailableReason } from '../store-errors.ts';
import { StoreUnavailable } from '../store-errors.ts';

/** By the beginning of SQLite's code, or the file system's: the reason, and what is wrong and to be done. */
const FAILURES: readonly (readonly [code: string, reason: UnavailableReason, text: string])[] = [
  ['SQLITE_BUSY', 'locked', 'is locked by another process: see which one has it open'],
  ['SQLITE_LOCKED', 'locked', 'is locked by another process: see which one has it open'],
  ['SQLITE_FULL', 'full', 'cannot grow, the disk is full: free some space; nothing that was written is lost'],
  ['ENOSPC', 'full', 'cannot be made, the disk is full: free some space'],
  [
    'SQLITE_READONLY',
    'read_only',
    'cannot be written: give the user of this process write access to it and its folder',
  ],
  ['SQLITE_PERM', 'read_only', 'may not be opened: give the user of this process access to it and its folder'],
  ['SQLITE_CANTOPEN', 'read_only', 'cannot be opened: give the user of this process access to it and its folder'],
  ['SQLITE_AUTH', 'read_only', 'may not be opened: give the user of this process access to it and its folder'],
  ['EACCES', 'read_only', 'may not be opened: give the user of this process access to it and its folder'],
  ['EPERM', 'read_only', 'may not be opened: give the user of this process access to it and its folder'],
  ['EROFS', 'read_only', 'is on a read-only disk: name a folder that can be written in `data_dir`'],
  ['ENOTDIR', 'read_only', 'is not in a folder: name one in `data_dir`'],
  ['EEXIST', 'read_only', 'is not in a folder: name one in `data_dir`'],
  ['EISDIR', 'read_only', 'is a folder: move it away'],
  ['ENOENT', 'read_only', 'cannot be made: name a folder that can be made in `data_dir`'],
  [
    'SQLITE_CORRUPT',
    'corrupt',
    'is damaged; it was left as it is: keep a copy of it, then put a backup in its place, or move it away to begin with an empty one',
  ],
  [
    'SQLITE_NOTADB',
    'corrupt',
    'is not a database, or is damaged; it was left as it is: move it away, or put a backup in its place',
  ],
  [
    'SQLITE_IOERR_WRITE',
    'full',
    'cannot be written: free some space if its disk or a quota is full; nothing that was written is lost',
  ],
  ['SQLITE_IOERR', 'unreachable', 'cannot be read or written: look at the disk that it is on'],
];

/** A StoreUnavailable for what is wrong with the file; any other error as it is. */
export function sqliteFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  const row = FAILURES.find(([start]) => code.startsWith(start));
  if (row === undefined) return error;
  const [, reason, text] = row;
  return new StoreUnavailable(reason, `the database ${file} ${text} (${code})`, { cause: error });
}

/** Another connection writes: a later try may succeed. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error));
}

/** Another row has a key that is unique. */
export function isUniqueViolation(error: unknown): boolean {
  return /^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY)$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
