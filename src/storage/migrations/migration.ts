import type { Dialect } from '../database.ts';

/** One step of the schema, forward only. Once released it never changes; what comes later is another. */
export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  /** `days`: those that have tables of their own, which `addColumn` reaches. */
  statements(dialect: Dialect, days: readonly number[]): readonly string[];
}
