import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';

/** Changes must take effect within a second, and one that is still being written is looked at twice. */
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
  /** How each file was when it was last told of, and at the last look. */
  #told: States;
  #seen: States;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly onChange: () => void,
    /** How files were when they were read, where that was before they were watched. */
    known: States = new Map(),
  ) {
    this.#told = known;
    this.#seen = known;
  }

  /** Looks at these files and folders from now on: files that need not exist, folders with all that is in them. How new ones are now counts as known: true if there are any, which had better be read once more. */
  async watch(paths: readonly string[]): Promise<boolean> {
    if (paths.join('\n') === this.#paths.join('\n')) return false;
    this.#paths = paths;
    const states = await statesOf(paths);
    if (this.#paths !== paths || this.#stopped) return false;
    // What has changed since the last look must not be taken for known.
    const [told, seen] = [this.#told, this.#seen];
    this.#told = new Map(paths.map((path) => [path, told.get(path) ?? states.get(path) ?? '']));
    this.#seen = new Map(paths.map((path) => [path, seen.get(path) ?? states.get(path) ?? '']));
    this.#schedule();
    return paths.some((path) => !told.has(path));
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
    const states = await statesOf(paths);
    if (this.#stopped || paths !== this.#paths) return;
    const isSettled = isSame(states, this.#seen);
    this.#seen = states;
    this.#schedule();
    // An editor may still be writing what differs from look to look.
    if (!isSettled || isSame(states, this.#told)) return;
    this.#told = states;
    this.onChange();
  }
}

/** What tells one state of a file from another, by path. */
export type States = ReadonlyMap<string, string>;

/** How these files are now; never rejects. */
export async function statesOf(paths: readonly string[]): Promise<States> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await signature(path, 0)] as const)));
}

function isSame(one: States, other: States): boolean {
  for (const [path, state] of one) if (other.get(path) !== state) return false;
  return true;
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
