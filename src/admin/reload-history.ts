import type { LastReload } from '../context.ts';

/** A reload, and who asked for it. */
export type PastReload = LastReload & {
  /** The caller who asked by the admin API; undefined: a file changed, or a signal came. */
  readonly by: string | undefined;
};

/** So many are remembered. */
const MOST = 20;

/** The last times that the config was read again, and what came of each. */
export class ReloadHistory {
  readonly #all: PastReload[] = [];

  add(reload: PastReload): void {
    this.#all.unshift(reload);
    this.#all.length = Math.min(this.#all.length, MOST);
  }

  /** The newest first. */
  get all(): readonly PastReload[] {
    return this.#all;
  }
}
