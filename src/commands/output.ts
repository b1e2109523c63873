import { writeSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

/** Standard output takes nothing more of a command that ends by itself. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** Whoever read it has gone, as `head -1` does: no reason to complain. */
  readonly isClosed: boolean;

  constructor({ code, errno }: NodeJS.ErrnoException) {
    const [, words] = getSystemErrorMap().get(errno ?? 0) ?? [];
    super(`standard output cannot be written: ${[code, words].filter(Boolean).join(', ')}`);
    this.isClosed = code === 'EPIPE';
  }
}

/** What a shell says of a program that SIGPIPE has ended; the runtime ignores that signal. */
export const CLOSED_PIPE_EXIT = 141;

/** Prints a line, without its end, to standard output before it returns; throws an OutputError. `console.log` hides what fails. */
export function printLine(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(STDOUT, bytes, offset);
    } catch (error) {
      // A pipe that somebody made non-blocking, and whose reader is slow.
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') Bun.sleepSync(FULL_PIPE_PAUSE_MS);
      else throw new OutputError(error as NodeJS.ErrnoException);
    }
  }
}

const STDOUT = 1;
const FULL_PIPE_PAUSE_MS = 5;
