import { dirname, isAbsolute, join } from 'node:path';
import { readBoundedSync, UnreadableFile } from '../lib/bounded-file.ts';

/** Where secrets that are `file:PATH` come from. */
export interface SecretOptions {
  /** The config file; a relative path starts from its folder. */
  file: string;
  /** Reads the text of a file and throws if it cannot; from the disk by default. */
  readSecret?: (path: string) => string;
}

/** No key, certificate or service account is as long. */
const MAX_SECRET_BYTES = 64 * 1024;

/**
 * The content of a secret's file without the line breaks at its end and where it is, or what is wrong with it. `written` is
 * the path as it stands in the config, where variables made it: they may hold anything, so no message shows their values.
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
