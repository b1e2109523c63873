import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Insert, PartitionTable, Queries, Row, Value } from '../database.ts';
import { someText } from '../read-row.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { isBusy, isUniqueViolation, sqliteFailure } from './sqlite-failure.ts';
import type { ThreadConnection } from './sqlite-thread.ts';
import { SqliteThread, ThreadEnded } from './sqlite-thread.ts';

/** SQLite waits briefly, for nothing else can be asked meanwhile; the driver asks again. */
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

/** A database in a file, which is made if there is none: WAL, and for its owner only. Opens it at the first query, on a thread of its own. */
export class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly backupAdvice = 'llm-proxy db backup --into PATH';
  #thread: SqliteThread | undefined;
  /** A connection has one transaction at a time: the next begins when the last one has ended. */
  #last: Promise<unknown> = Promise.resolve();
  /** Of a JSON list that is the first parameter; known once the writer is open. */
  #elements: string | undefined;

  constructor(readonly place: string) {}

  async read(text: string, values: readonly Value[] = []): Promise<Row[]> {
    return await this.#patiently(async () => {
      const thread = await this.#open('reader');
      return await thread.ask({ on: 'reader', text: numbered(text), values });
    });
  }

  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    return await this.#inTurn(async () => {
      const thread = await this.#patiently(async () => {
        const writer = await this.#open('writer');
        await writer.ask({ on: 'writer', text: 'BEGIN IMMEDIATE', values: [] });
        return writer;
      });
      const tx = queriesOf(thread, this.#elements);
      try {
        const result = await work(tx);
        await tx.query('COMMIT');
        return result;
      } catch (error) {
        // Some errors have rolled back already.
        await tx.query('ROLLBACK').catch(() => undefined);
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
      for (const index of indices) await this.#drop(`DROP INDEX IF EXISTS "${someText(index, 'name')}"`);
      await this.#drop(`DROP TABLE IF EXISTS ${name}`);
    }
  }

  async backup(file: string): Promise<void> {
    await this.read('VACUUM INTO $1', [file]);
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => await this.#disconnect(this.#thread));
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
        const isToBeTried = isBusy(error) || error instanceof ThreadEnded;
        if (!isToBeTried || performance.now() > until) throw this.#failed(error);
        await Bun.sleep(RETRY_MS);
      }
    }
  }

  /** The thread, with this connection open. */
  async #open(on: ThreadConnection): Promise<SqliteThread> {
    if (this.#thread === undefined) makeFile(this.place);
    const thread = (this.#thread ??= new SqliteThread());
    await thread.open(on, this.place, PRAGMAS);
    if (on === 'writer') this.#elements ??= await elementsFor(thread);
    return thread;
  }

  /** After an error of the file, the next query opens it anew: not before a transaction that is under way has ended. */
  #failed(error: unknown): unknown {
    const failure = sqliteFailure(error, this.place);
    const thread = this.#thread;
    if (failure !== error) void this.#inTurn(async () => await this.#disconnect(thread));
    return failure;
  }

  async #disconnect(thread: SqliteThread | undefined): Promise<void> {
    if (thread === undefined || this.#thread !== thread) return;
    this.#thread = undefined;
    await thread.end();
  }
}

/** As text, each field of an element is looked for from its first character on; in binary form that takes less than half. */
const TEXT_ELEMENTS = 'json_each($1)';
/** LIMIT keeps SQLite from converting an element anew for each of its fields. */
const BINARY_ELEMENTS = '(SELECT jsonb(value) AS value FROM json_each($1) LIMIT -1)';

/** The rows of an insertion, in a form that this SQLite knows: that of an operating system may be older than 3.45. */
async function elementsFor(thread: SqliteThread): Promise<string> {
  const text = `SELECT 1 FROM pragma_function_list WHERE name = 'jsonb'`;
  const found = await thread.ask({ on: 'writer', text, values: [] });
  return found.length > 0 ? BINARY_ELEMENTS : TEXT_ELEMENTS;
}

function queriesOf(thread: SqliteThread, elements = TEXT_ELEMENTS): Queries {
  const query = async (text: string, values: readonly Value[] = []): Promise<Row[]> =>
    await thread.ask({ on: 'writer', text: numbered(text), values });
  return {
    query,
    // All rows in one value: to run a statement for each takes half as long again.
    async insert(into, rows) {
      return rows.length === 0 ? [] : await query(insertText(into, elements), [JSON.stringify(rows)]);
    },
  };
}

function insertText({ table, columns, onConflict = '', returning }: Insert, elements: string): string {
  const names = columns.map(({ name }) => name).join(', ');
  const fields = columns.map((_, index) => `value ->> ${index}`).join(', ');
  const end = returning === undefined ? '' : ` RETURNING ${returning}`;
  // Without WHERE, ON would be read as the condition of a join.
  return `INSERT INTO ${table} (${names}) SELECT ${fields} FROM ${elements} WHERE true ${onConflict}${end}`;
}

/** `$2` is a name to SQLite, and gets the next free place; `?2` is the second one. No query has a `$` in it that is no place. */
function numbered(text: string): string {
  return text.replaceAll('$', '?');
}

/** SQLite gives the files beside it (`-wal`, `-shm`) the mode of this one. */
function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'a', 0o600);
  try {
    const { mode, uid } = fstatSync(handle);
    // Whoever is given another's file by its group has no say in its mode.
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) fchmodSync(handle, 0o600);
  } finally {
    closeSync(handle);
  }
}
