import type { LineCounter } from 'yaml';
import { formatPath, type ConfigPath } from './problem.ts';

/** Where a value of the config stands. Values that stand nowhere are defaults. */
export interface ValueOrigin {
  /** In the config file; both count from 1. */
  readonly line: number;
  readonly column: number;
  /** The variables that the value is made of. */
  readonly variables: readonly string[];
  /** The file that a secret was read from, as the config has it. */
  readonly secretFile: string | undefined;
}

/** Where all values stand, by their paths (`backends[0].url`). */
export type ConfigOrigins = ReadonlyMap<string, ValueOrigin>;

/** What the reader of a config knows of each value, by its path as JSON. */
export interface ReadPlaces {
  readonly offsets: ReadonlyMap<string, number>;
  readonly notes: ReadonlyMap<string, OriginNote>;
}

/** What a value was made of besides the text of the config. */
export interface OriginNote {
  readonly variables: readonly string[];
  readonly secretFile: string | undefined;
}

/** Of a config that did not come from a file. */
export const NO_ORIGINS = (): ConfigOrigins => new Map();

/** Where all values stand; made when somebody asks, for hardly anybody does. */
export function originsOf({ offsets, notes }: ReadPlaces, lines: LineCounter): ConfigOrigins {
  return new Map(
    Array.from(offsets, ([key, offset]) => {
      const { line, col: column } = lines.linePos(offset);
      const { variables = [], secretFile } = notes.get(key) ?? {};
      return [formatPath(JSON.parse(key) as ConfigPath), { line, column, variables, secretFile }];
    }),
  );
}
