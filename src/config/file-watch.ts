import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';

/** Changes must count within a second, and one that is still being written is looked at twice. */
const POLL_MS = 250;
/** Prompts of aliases with slashes lie in subfolders; deeper than this nobody meant. */
const MAX_DEPTH = 8;

/**
 * Tells when files change, whatever way: edited in place, renamed over, a symlink swapped (ConfigMaps), a bind mount. It
 * asks the disk, because that is right everywhere; events of the kernel miss network disks and replaced folders, and
 * a few questions cost microseconds.
 */
export class FileWatch {
  #paths: readonly string[] = [];
  /** How the files were when they were last told of, and at the last look. */
  #told: string | undefined;
  #seen: string | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {}

  /** Looks at these files and folders from now on: files that need not exist, folders with all that is in them. How they are now counts as known. */
  async watch(paths: readonly string[]): Promise<void> {
    // What has changed since the last look must not be taken for known.
    if (paths.join('\n') === this.#paths.join('\n')) return;
    this.#paths = paths;
    const state = await stateOf(paths);
    if (this.#paths !== paths || this.#stopped) return;
    this.#told = state;
    this.#seen = state;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = this.clock.after(POLL_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const paths = this.#paths;
    const state = await stateOf(paths);
    if (this.#stopped || paths !== this.#paths) return;
    const isSettled = state === this.#seen;
    this.#seen = state;
    this.#schedule();
    // An editor may still be writing what differs from look to look.
    if (!isSettled || state === this.#told) return;
    this.#told = state;
    this.onChange();
  }
}

/** What tells one state of the files from another; never rejects. */
async function stateOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => signature(path, 0)))).join('\n');
}

async function signature(path: string, depth: number): Promise<string> {
  try {
    const found = await stat(path, { bigint: true });
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    if (!found.isDirectory()) return `${path} ${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    if (depth === MAX_DEPTH) return path;
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    return (await Promise.all(names.map((name) => signature(join(path, name), depth + 1)))).join('\n');
  } catch {
    // Not there, or not to be read: as good as not there, until it changes.
    return `${path} -`;
  }
}
