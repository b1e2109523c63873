import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** Where secrets that are `file:PATH` come from. */
export interface SecretOptions {
  /** The config file; a relative path starts from its folder. */
  file: string;
  /** Reads the text of a file and throws if it cannot; from the disk by default. */
  readSecret?: (path: string) => string;
}

/** The content of a secret's file without the line breaks at its end and where it is, or what is wrong with it. */
export function readSecretFile(
  path: string,
  options: SecretOptions,
): { text: string; file: string } | { problem: string; file: string } {
  const file = isAbsolute(path) ? path : join(dirname(options.file), path);
  const read = options.readSecret ?? ((name) => readFileSync(name, 'utf8'));
  try {
    const text = read(file).replace(/[\r\n]+$/, '');
    return text === '' ? { problem: `the file ${file} is empty (a file that holds the key)`, file } : { text, file };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { problem: `the file ${file} cannot be read: ${reason} (a readable file that holds the key)`, file };
  }
}
