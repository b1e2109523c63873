import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  statSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** Thrown for a secret that cannot be used; the message says which file, why, and what to do. */
export class SecretProblem extends Error {
  override readonly name = 'SecretProblem';
}

/**
 * The secret of this installation, from the file `secret` of its data directory, and the one before it, if the file has a
 * second line. Makes the file if there is none: two processes that start at once come to the same secret. Nodes that share
 * a database need the same file. Throws a SecretProblem.
 */
export function installationSecret(dataDir: string): readonly [Uint8Array, ...Uint8Array[]] {
  const file = join(dataDir, 'secret');
  makeDirectory(dataDir);
  const text = readSecret(file) ?? makeSecret(file);
  const [current, ...before] = text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [bytesOf(line.trim(), file)]));
  if (current === undefined)
    throw new SecretProblem(`${file} is empty (put back the one from your backup: no key works without it)`);
  if (before.length > MOST_BEFORE)
    throw new SecretProblem(
      `${file} has more than ${1 + MOST_BEFORE} lines (keep the current secret and the one before it)`,
    );
  return [current, ...before];
}

const MOST_BEFORE = 1;
/** What users besides the owner may do with a file. */
const OTHERS = 0o077;
const SECRET_BYTES = 32;
const LINE = /^[0-9a-f]{64}$/;

function bytesOf(line: string, file: string): Uint8Array {
  if (LINE.test(line)) return Buffer.from(line, 'hex');
  throw new SecretProblem(
    `${file} holds something else than ${SECRET_BYTES * 2} hexadecimal digits on a line (put back the one from your backup)`,
  );
}

/** Undefined: there is no such file. */
function readSecret(file: string): string | undefined {
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & OTHERS) !== 0)
      throw new SecretProblem(`${file} can be read or changed by other users (chmod 600 ${file})`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw problemOf(error, file, 'read');
  }
}

function makeDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw problemOf(error, dataDir, 'made');
  }
}

function makeSecret(file: string): string {
  const text = `${randomBytes(SECRET_BYTES).toString('hex')}\n`;
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const fd = openSync(draft, 'wx', 0o600);
    writeSync(fd, text);
    fsyncSync(fd);
    closeSync(fd);
    try {
      linkSync(draft, file);
      return text;
    } catch (error) {
      // Another process was first.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readSecret(file) ?? text;
      throw error;
    } finally {
      unlinkSync(draft);
    }
  } catch (error) {
    throw problemOf(error, file, 'made');
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function problemOf(error: unknown, file: string, verb: 'read' | 'made'): SecretProblem {
  if (error instanceof SecretProblem) return error;
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return new SecretProblem(
    `${file} cannot be ${verb}: ${code} (check that the directory exists and is the gateway's own)`,
  );
}
