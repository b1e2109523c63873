import { isReadableByAll } from '../lib/bounded-file.ts';
import type { Finding } from './messages.ts';
import type { ConfigProblem } from './problem.ts';
import type { SecretLocation } from './scalars.ts';

/** Secrets in files that every user of the machine can read: one warning for each file. */
export function exposedSecrets(places: readonly SecretLocation[], configFile: string): Finding[] {
  const first = new Map<string, SecretLocation>();
  for (const place of places.filter(isLikelySecret)) {
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

/** Remembers the warnings of exposed files, so that a reload repeats none that still holds. */
export class ExposureWarnings {
  #reported: ReadonlySet<string>;

  constructor(warnings: readonly ConfigProblem[]) {
    this.#reported = exposuresIn(warnings);
  }

  /** The warnings of a reload without those that were reported before. */
  unreported(warnings: readonly ConfigProblem[]): ConfigProblem[] {
    const before = this.#reported;
    this.#reported = exposuresIn(warnings);
    return warnings.filter((warning) => !before.has(identityOf(warning)));
  }
}

/** Whether a warning is about who may read a file. */
export function isExposure({ message }: ConfigProblem): boolean {
  return message.includes(BY_ALL);
}

function exposuresIn(warnings: readonly ConfigProblem[]): ReadonlySet<string> {
  return new Set(warnings.filter(isExposure).map(identityOf));
}

/** What identifies a warning; its line may change. */
function identityOf({ path, message }: ConfigProblem): string {
  return `${path}\0${message}`;
}

/** Most headers in the config itself name an application or a project; a header in a file of its own is meant to be secret. */
function isLikelySecret({ path: [, , key, header], file }: SecretLocation): boolean {
  return file !== undefined || key !== 'headers' || /auth|key|token|secret|cookie/i.test(String(header));
}
