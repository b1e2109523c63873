import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from './json.ts';

/** One real exchange with a real provider. A body is JSON where the wire carried JSON, else the text. */
export interface Recording {
  readonly name: string;
  readonly protocol: string;
  /** The provider's host, with a port where it is not the scheme's own. */
  readonly host: string;
  readonly stream: boolean;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Json;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Json;
  };
}

/** The recordings of one folder under `test/fixtures/recordings`, by name. */
export function loadRecordings(folder: string): Recording[] {
  const path = join(import.meta.dir, '../fixtures/recordings', folder);
  const names = readdirSync(path).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => JSON.parse(readFileSync(join(path, name), 'utf8')));
}
