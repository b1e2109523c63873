import type { Dialect } from '../database.ts';

/** One step of the schema, forward only. Once released it never changes; what comes later is another. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  statements(dialect: Dialect): readonly string[];
}
