import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { SQL } from 'bun';
import type { Database, Insert, PartitionTable, Queries, Row, Value } from '../database.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { isBusy, isUniqueViolation, sqliteFailure } from './sqlite-failure.ts';

/** SQLite waits on this thread, where requests are served: so it waits briefly, and the driver asks again. */
const BUSY_TIMEOUT_MS = 20;
const RETRY_MS = 10;
const MAX_WAIT_MS = 10_000;

/** The writer syncs at every commit: the journal forgets rows that are in the database. */
const PRAGMAS = [
  `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`,
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA journal_size_limit = 67108864',
  'PRAGMA cache_size = -16384',
  'PRAGMA temp_store = MEMORY',
];

/** A database in a file, which is made if there is none: WAL, and for its owner only. Connects at the first query. */
export class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly backupAdvice = 'llm-proxy db backup FILE';
  #writer: SQL | undefined;
  #reader: SQL | undefined;
  /** A connection has one transaction at a time: the next begins when the last one has ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly place: string) {}

  async read(text: string, values: readonly Value[] = []): Promise<Row[]> {
    return await this.#patiently(async () => {
      // Without the writer there may be no file, and no WAL.
      if (this.#writer === undefined) await this.#inTurn(() => this.#patiently(() => this.#connectWriter()));
      this.#reader ??= await this.#connect();
      return (await this.#reader.unsafe(numbered(text), [...values])) as Row[];
    });
  }

  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    return await this.#inTurn(async () => {
      const writer = await this.#patiently(async () => {
        const sql = await this.#connectWriter();
        await sql.unsafe('BEGIN IMMEDIATE');
        return sql;
      });
      try {
        const result = await work(queriesOf(writer));
        await writer.unsafe('COMMIT');
        return result;
      } catch (error) {
        // Some errors have rolled back already.
        await writer.unsafe('ROLLBACK').catch(() => undefined);
        throw this.#failed(error);
      }
    });
  }

  isTaken(error: unknown): boolean {
    return isUniqueViolation(error);
  }

  isTableGone(error: unknown): boolean {
    return error instanceof Error && error.message.startsWith('no such table');
  }

  async dropTables(tables: readonly PartitionTable[]): Promise<void> {
    // Each by itself: a writer waits for one at most.
    for (const { name } of tables) {
      const indices = await this.read(
        `SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL`,
        [name],
      );
      for (const index of indices) await this.#drop(`DROP INDEX IF EXISTS "${String(index['name'])}"`);
      await this.#drop(`DROP TABLE IF EXISTS ${name}`);
    }
  }

  async backup(file: string): Promise<void> {
    await this.read('VACUUM INTO $1', [file]);
    chmodSync(file, 0o600);
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#disconnect();
  }

  async #drop(statement: string): Promise<void> {
    await this.transaction(async (tx) => void (await tx.query(statement)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Tries again while another process writes. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const until = performance.now() + MAX_WAIT_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isBusy(error) || performance.now() > until) throw this.#failed(error);
        await Bun.sleep(RETRY_MS);
      }
    }
  }

  async #connectWriter(): Promise<SQL> {
    return (this.#writer ??= await this.#connect());
  }

  async #connect(): Promise<SQL> {
    makeFile(this.place);
    const sql = new SQL({ adapter: 'sqlite', filename: this.place });
    try {
      for (const pragma of PRAGMAS) await sql.unsafe(pragma);
      return sql;
    } catch (error) {
      await sql.close();
      throw error;
    }
  }

  /** After an error of the file, the next query opens it anew. */
  #failed(error: unknown): unknown {
    const failure = sqliteFailure(error, this.place);
    if (failure !== error) void this.#disconnect();
    return failure;
  }

  async #disconnect(): Promise<void> {
    const open = [this.#writer, this.#reader];
    this.#writer = undefined;
    this.#reader = undefined;
    for (const sql of open) await sql?.close().catch(() => undefined);
  }
}

function queriesOf(sql: SQL): Queries {
  const query = async (text: string, values: readonly Value[] = []): Promise<Row[]> =>
    (await sql.unsafe(numbered(text), [...values])) as Row[];
  return {
    query,
    // One prepared statement, run for each row, is the fastest here.
    async insert(into, rows) {
      const text = insertText(into);
      const returned: Row[] = [];
      for (const row of rows) returned.push(...(await query(text, row)));
      return returned;
    },
  };
}

function insertText({ table, columns, onConflict = '', returning }: Insert): string {
  const names = columns.map(({ name }) => name).join(', ');
  const places = columns.map((_, index) => `$${index + 1}`).join(', ');
  const end = returning === undefined ? '' : ` RETURNING ${returning}`;
  return `INSERT INTO ${table} (${names}) VALUES (${places}) ${onConflict}${end}`;
}

/** `$2` is a name to SQLite, and gets the next free place; `?2` is the second one. No query has a `$` in it that is no place. */
function numbered(text: string): string {
  return text.replaceAll('$', '?');
}

/** SQLite gives the files beside it (`-wal`, `-shm`) the mode of this one. */
function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}
