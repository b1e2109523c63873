import type { Environment } from '../lib/environment.ts';

/** Where a draft would stand. */
export interface DraftPlace {
  /** The config file: paths in the draft begin at its folder. */
  readonly file: string;
  readonly env: Environment;
}
