import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.ts';

/** A change must take effect within a second, and a file that is being written is checked twice. */
const POLL_MS = 250;
/** Prompts of aliases with slashes are in subfolders; nobody needs more levels than this. */
const MAX_DEPTH = 8;

/**
 * Reports when files change, in any way: edited in place, replaced, by a swapped symlink (ConfigMaps), by a bind mount. It
 * polls, which works everywhere and costs microseconds; kernel events miss network disks and replaced folders.
 */
export class FileWatch {
  #paths: readonly string[] = [];
  /** The state of each file at the last report, and at the last poll. */
  #reported: States;
  #seen: States;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly onChange: () => void,
    /** The states of files that were read before they are watched. */
    known: States = new Map(),
  ) {
    this.#reported = known;
    this.#seen = known;
  }

  /**
   * Watches these paths from now on: files, which need not exist, and folders with everything in them. Resolves to true if
   * there are new ones: read them again, for their present state counts as known.
   */
  async watch(paths: readonly string[]): Promise<boolean> {
    if (paths.join('\n') === this.#paths.join('\n')) return false;
    this.#paths = paths;
    const states = await statesOf(paths);
    if (this.#paths !== paths || this.#stopped) return false;
    // Keep older states: a change since the last poll is yet to be reported.
    const [reported, seen] = [this.#reported, this.#seen];
    this.#reported = new Map(paths.map((path) => [path, reported.get(path) ?? states.get(path) ?? '']));
    this.#seen = new Map(paths.map((path) => [path, seen.get(path) ?? states.get(path) ?? '']));
    this.#schedule();
    return paths.some((path) => !reported.has(path));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = this.clock.after(POLL_MS, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const paths = this.#paths;
    const states = await statesOf(paths);
    if (this.#stopped || paths !== this.#paths) return;
    const isSettled = isSame(states, this.#seen);
    this.#seen = states;
    this.#schedule();
    // A file that differs from poll to poll is still being written.
    if (!isSettled || isSame(states, this.#reported)) return;
    this.#reported = states;
    this.onChange();
  }
}

/** A text for the state of each file, by path; another state has another text. */
export type States = ReadonlyMap<string, string>;

/** The present states of these files; never rejects. */
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
    // A file that cannot be read counts as absent until it changes.
    return `${path} -`;
  }
}
