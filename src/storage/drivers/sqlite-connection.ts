import { Database as File, type SQLQueryBindings, type Statement } from 'bun:sqlite';
import type { Insert, Row, RowDatabase, Queries, Value } from '../database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** So many rows are inserted by one statement: more of them are hardly cheaper, and each takes memory for its values. */
const ROWS_AT_ONCE = 16;
/** Statements of insertions that are kept; tables of days come and go. */
const MAX_STATEMENTS = 64;

/** A connection to SQLite, for the thread that may wait for it. Errors are those of SQLite, with its codes. */
export class SqliteConnection implements RowDatabase {
  readonly dialect = sqliteDialect;
  readonly #file: File;
  readonly #inserts = new Map<string, Statement>();

  /** Opens a file, which is there. */
  constructor(file: string, pragmas: readonly string[]) {
    this.#file = new File(file, { readwrite: true, create: true });
    try {
      for (const pragma of pragmas) this.#file.run(pragma);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** The rows that a statement returns. */
  run(text: string, values: readonly Value[] = []): Row[] {
    using statement = this.#file.prepare(numbered(text));
    return statement.all(...values) as Row[];
  }

  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    this.run('BEGIN IMMEDIATE');
    try {
      const result = await work({
        query: (text, values) => Promise.resolve(this.run(text, values)),
        insert: (into, rows) => Promise.resolve(this.insert(into, rows)),
      });
      this.run('COMMIT');
      return result;
    } catch (error) {
      // Some errors have rolled back already.
      if (this.#file.inTransaction) this.run('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#forget();
    this.#file.close();
  }

  /** Inserts rows, within a transaction; what is to be returned of them. */
  insert(into: Insert, rows: readonly (readonly Value[])[]): Row[] {
    const groups = rows.length - (rows.length % ROWS_AT_ONCE);
    return [
      ...this.#insertBy(ROWS_AT_ONCE, into, rows.slice(0, groups)),
      ...this.#insertBy(1, into, rows.slice(groups)),
    ];
  }

  #insertBy(count: number, into: Insert, rows: readonly (readonly Value[])[]): Row[] {
    if (rows.length === 0) return [];
    const statement = this.#insertion(into, count);
    const returned: Row[] = [];
    for (let at = 0; at < rows.length; at += count) {
      const values = rows.slice(at, at + count).flat() as SQLQueryBindings[];
      if (into.returning === undefined) statement.run(...values);
      else returned.push(...(statement.all(...values) as Row[]));
    }
    return returned;
  }

  #insertion(into: Insert, count: number): Statement {
    const text = insertText(into, count);
    const known = this.#inserts.get(text);
    if (known !== undefined) return known;
    if (this.#inserts.size >= MAX_STATEMENTS) this.#forget();
    const statement = this.#file.prepare(text);
    this.#inserts.set(text, statement);
    return statement;
  }

  #forget(): void {
    for (const statement of this.#inserts.values()) statement.finalize();
    this.#inserts.clear();
  }
}

function insertText({ table, columns, onConflict = '', returning }: Insert, count: number): string {
  const names = columns.map(({ name }) => name).join(', ');
  const group = `(${columns.map(() => '?').join(', ')})`;
  const places = Array.from({ length: count }, () => group).join(', ');
  const end = returning === undefined ? '' : ` RETURNING ${returning}`;
  return `INSERT INTO ${table} (${names}) VALUES ${places} ${onConflict}${end}`;
}

/** `$2` is a name to SQLite, and gets the next free place; `?2` is the second one. No query has a `$` in it that is no place. */
function numbered(text: string): string {
  return text.replaceAll('$', '?');
}
