import { isReadableByAll } from '../lib/bounded-file.ts';
import type { Finding } from './messages.ts';
import type { SecretPlace } from './source.ts';

/** Secrets that every user of the machine can read: one finding for each file that holds any. */
export function exposedSecrets(places: readonly SecretPlace[], configFile: string): Finding[] {
  const first = new Map<string, SecretPlace>();
  for (const place of places.filter(mayHurt)) {
    const file = place.file ?? configFile;
    if (!first.has(file)) first.set(file, place);
  }
  return [...first].flatMap(([holder, { path, file }]) => {
    if (!isReadableByAll(holder)) return [];
    const message =
      file === undefined
        ? `stands in a file that every user of this machine can read (chmod 600 ${holder}; or \${VARIABLE} or file:PATH instead)`
        : `every user of this machine can read the file ${file} (chmod 600, or chmod 640 and the gateway's group)`;
    return [{ path, message }];
  });
}

/** Most headers that stand in a config as they are name an application or a project; those in files of their own were meant. */
function mayHurt({ path: [, , key, header], file }: SecretPlace): boolean {
  return file !== undefined || key !== 'headers' || /auth|key|token|secret|cookie/i.test(String(header));
}
