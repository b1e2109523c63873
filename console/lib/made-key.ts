import { signal } from '@preact/signals';

/** A key that was made on this page, with its secret, for the snippets of Connect. Never kept anywhere: it goes with the page. */
export interface MadeKey {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
}

/** The last one; undefined: none was made since the page was loaded. */
export const madeKey = signal<MadeKey | undefined>(undefined);
