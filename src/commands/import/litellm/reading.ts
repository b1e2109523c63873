import type { Notes } from './notes.ts';
import type { Values } from './values.ts';

/** What settings are read with. */
export interface Reading {
  readonly notes: Notes;
  readonly values: Values;
}
