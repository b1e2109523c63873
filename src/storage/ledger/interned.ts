import { createHash } from 'node:crypto';
import type { Column, Dialect, Queries, Value } from '../database.ts';
import { someNumber, someText } from '../read-row.ts';

/** Enough for all callers, models and tags that are in use at a time. */
const MAX_KNOWN = 20_000;

/** Tuples of texts that have a number in the database, so that rows and roll-ups are short. Numbers are never given anew. */
export class Interned {
  readonly #ids = new Map<string, number>();
  readonly #columns: readonly Column[];

  constructor(
    private readonly table: string,
    names: readonly string[],
  ) {
    this.#columns = ['hash', ...names].map((name) => ({ name, type: 'TEXT' }));
  }

  /** The numbers of tuples by their keys, within a transaction. `remember` them when that has been committed. */
  async idsOf(tx: Queries, dialect: Dialect, tuples: Iterable<Tuple>): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    const unknown = new Map<string, Tuple>();
    for (const tuple of tuples) {
      const { key } = tuple;
      if (ids.has(key)) continue;
      const id = this.#ids.get(key);
      if (id === undefined) unknown.set(createHash('sha256').update(key).digest('base64url'), tuple);
      else ids.set(key, id);
    }
    if (unknown.size === 0) return ids;
    // Always in this order: two nodes that wait for each other would be ended by the database.
    const hashes = [...unknown.keys()].toSorted();
    const rows = hashes.map((hash) =>
      this.#columns.map((_, at) => (at === 0 ? hash : (unknown.get(hash)?.texts[at - 1] ?? null))),
    );
    await tx.insert({ table: this.table, columns: this.#columns, onConflict: 'ON CONFLICT (hash) DO NOTHING' }, rows);
    const found = await tx.query(`SELECT id, hash FROM ${this.table} WHERE hash IN ${dialect.textsOf('$1')}`, [
      JSON.stringify(hashes),
    ]);
    for (const row of found) {
      const tuple = unknown.get(someText(row, 'hash'));
      if (tuple !== undefined) ids.set(tuple.key, someNumber(row, 'id'));
    }
    return ids;
  }

  remember(ids: ReadonlyMap<string, number>): void {
    if (this.#ids.size + ids.size > MAX_KNOWN) this.#ids.clear();
    for (const [key, id] of ids) this.#ids.set(key, id);
  }
}

/** Some texts, and what they are looked up by. */
export interface Tuple {
  readonly key: string;
  readonly texts: readonly Value[];
}

export function tupleOf(texts: readonly Value[]): Tuple {
  return { key: JSON.stringify(texts), texts };
}
