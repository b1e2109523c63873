import { dirname, isAbsolute, join } from 'node:path';
import { readBoundedSync, UnreadableFile } from '../lib/bounded-file.ts';

/** How `file:PATH` secrets are read. */
export interface SecretOptions {
  /** The config file; relative paths start from its folder. */
  file: string;
  /** Reads a file or throws; from the disk by default. */
  readSecret?: (path: string) => string;
}

/** More than any key, certificate or service account needs. */
const MAX_SECRET_BYTES = 64 * 1024;

/**
 * The text of a secret's file without line breaks at its end, or what is wrong with it. `written` is the path as the config
 * has it, with its variables: messages show that, since the values of variables may be secret.
 */
export function readSecretFile(
  path: string,
  options: SecretOptions,
  written?: string,
): { text: string; file: string } | { problem: string; file: string } {
  const file = isAbsolute(path) ? path : join(dirname(options.file), path);
  const shown = written ?? file;
  const read = options.readSecret ?? ((name) => readBoundedSync(name, MAX_SECRET_BYTES).toString('utf8'));
  try {
    const text = read(file).replace(/[\r\n]+$/, '');
    return text === '' ? { problem: `the file ${shown} is empty (write the key into it)`, file } : { text, file };
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    const reason = error instanceof UnreadableFile ? error.message : `cannot be read: ${code}`;
    return { problem: `the file ${shown} ${reason} (name a readable file that holds the key)`, file };
  }
}
