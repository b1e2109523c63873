import { resolve } from 'node:path';
import { $ } from 'bun';

/** Where programs that tests have downloaded are kept. */
export const PROGRAMS = resolve(import.meta.dir, '../../node_modules/.cache/programs');

/** Why something could not be had: the last line of what a program said, or the message of an error. */
export function whyNot(error: unknown): string {
  if (error instanceof $.ShellError) return error.stderr.toString().trim().split('\n').at(-1) ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
