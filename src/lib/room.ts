import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** What the operating system says when this process, or the machine, has no more of something. */
const SHORTAGES: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL']);

/** Whether an error's code tells of a shortage of our own: files, memory, buffers or ports. */
export function isShortage(code: string): boolean {
  return SHORTAGES.has(code);
}

/** What a connection needs: itself, and a name's look-up, which opens files and a socket. */
const FILES_OF_A_CONNECTION = 4;

/**
 * The code of the error with which this process can open no file right now; undefined if it can. Asked when a connection
 * failed for another reason: look-ups of names and connections to one of several addresses hide this one behind theirs.
 */
export function shortageOfFiles(): string | undefined {
  const files: number[] = [];
  try {
    while (files.length < FILES_OF_A_CONNECTION) files.push(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return typeof code === 'string' && isShortage(code) ? code : undefined;
  } finally {
    for (const file of files) closeSync(file);
  }
}
