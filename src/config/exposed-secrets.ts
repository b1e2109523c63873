import { isReadableByAll } from '../lib/bounded-file.ts';
import type { Finding } from './messages.ts';
import type { ConfigProblem } from './problem.ts';
import type { SecretLocation } from './source.ts';

/** Secrets that every user of the machine can read: one finding for each file that holds any. */
export function exposedSecrets(places: readonly SecretLocation[], configFile: string): Finding[] {
  const first = new Map<string, SecretLocation>();
  for (const place of places.filter(mayHurt)) {
    const file = place.file ?? configFile;
    if (!first.has(file)) first.set(file, place);
  }
  return [...first].flatMap(([holder, { path, file }]) => {
    if (!isReadableByAll(holder)) return [];
    const message =
      file === undefined
        ? `is in a file that ${BY_ALL} (chmod 600 ${holder}, or use \${VARIABLE} or file:PATH)`
        : `${BY_ALL} the file ${file} (chmod 600, or chmod 640 with the gateway's group)`;
    return [{ path, message }];
  });
}

const BY_ALL = 'every user of this machine can read';

/** What was told of files that everybody can read: it stays true over reloads, and is told again only after it was not. */
export class ExposureWarnings {
  #told: ReadonlySet<string>;

  constructor(warnings: readonly ConfigProblem[]) {
    this.#told = notesAmong(warnings);
  }

  /** The warnings of a reload less what was told already. */
  fresh(warnings: readonly ConfigProblem[]): ConfigProblem[] {
    const before = this.#told;
    this.#told = notesAmong(warnings);
    return warnings.filter((warning) => !before.has(noteOf(warning)));
  }
}

function notesAmong(warnings: readonly ConfigProblem[]): ReadonlySet<string> {
  return new Set(warnings.filter(({ message }) => message.includes(BY_ALL)).map(noteOf));
}

/** Whatever line it is on. */
function noteOf({ path, message }: ConfigProblem): string {
  return `${path}\0${message}`;
}

/** Most headers that stand in a config as they are name an application or a project; those in files of their own were meant. */
function mayHurt({ path: [, , key, header], file }: SecretLocation): boolean {
  return file !== undefined || key !== 'headers' || /auth|key|token|secret|cookie/i.test(String(header));
}
