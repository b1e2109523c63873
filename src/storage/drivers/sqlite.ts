import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RowJson } from '../../core/ledger-row.ts';
import type { Database, PartitionTable, Queries, Row, Value } from '../database.ts';
import { someText } from '../read-row.ts';
import { StoreUnavailable } from '../store-errors.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { isBusy, isUniqueViolation, sqliteFailure } from './sqlite-failure.ts';
import { SqliteThread, ThreadDied, ThreadEnded } from './sqlite-thread.ts';

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

/**
 * Each connection has a thread of its own, so none waits for another: who writes does not wait for a long read, nor does a
 * short read, for which the second reader is started.
 */
type Connection = 'writer' | 'reader' | 'reader2';

/** A database in a file, which is made if there is none: WAL, and for its owner only. Opens it at the first query. */
export class SqliteDatabase implements Database {
  readonly dialect = sqliteDialect;
  readonly backupAdvice = 'llm-proxy db backup --into PATH';
  readonly #threads = new Map<Connection, SqliteThread>();
  /** A connection has one transaction at a time: the next begins when the last one has ended. */
  #last: Promise<unknown> = Promise.resolve();
  /** Its own thread makes columns of the rows: on that of requests they would cost each of them. */
  readonly ledger = { append: async (rows: readonly string[]) => await this.#append(rows) };

  constructor(
    readonly place: string,
    private readonly startThread = () => new SqliteThread(),
  ) {}

  async read(text: string, values: readonly Value[] = []): Promise<Row[]> {
    return await this.#patiently(async () => {
      const thread = await this.#open(this.#threads.get('reader')?.isBusy === true ? 'reader2' : 'reader');
      return await thread.ask({ text, values });
    });
  }

  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    return await this.#inTurn(async () => {
      const thread = await this.#patiently(async () => {
        const writer = await this.#open('writer');
        await writer.ask({ text: 'BEGIN IMMEDIATE', values: [] });
        return writer;
      });
      const tx = queriesOf(thread);
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
    await this.#inTurn(async () => await this.#disconnect([...this.#threads.values()]));
  }

  /** Rows that are there already count no more, so it may be tried again as a whole. */
  async #append(rows: readonly RowJson[]): Promise<readonly number[]> {
    return await this.#inTurn(
      async () => await this.#patiently(async () => await (await this.#open('writer')).append(rows)),
    );
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

  /** The thread of a connection, with the file open; another one if the last has died. */
  async #open(on: Connection): Promise<SqliteThread> {
    if (this.#threads.size === 0) makeFile(this.place);
    let thread = this.#threads.get(on);
    if (thread === undefined || thread.hasEnded) this.#threads.set(on, (thread = this.startThread()));
    await thread.open(this.place, PRAGMAS);
    return thread;
  }

  /** After an error of the file, the next query opens it anew: not before a transaction that is under way has ended. */
  #failed(error: unknown): unknown {
    if (error instanceof ThreadDied)
      return new StoreUnavailable(
        'unreachable',
        `a thread of the database ${this.place} has ended (${error.message}): the next query starts another`,
        { cause: error },
      );
    const failure = sqliteFailure(error, this.place);
    const threads = [...this.#threads.values()];
    if (failure !== error) void this.#inTurn(async () => await this.#disconnect(threads));
    return failure;
  }

  async #disconnect(threads: readonly SqliteThread[]): Promise<void> {
    for (const [on, thread] of this.#threads) {
      if (threads.includes(thread)) this.#threads.delete(on);
    }
    await Promise.all(threads.map(async (thread) => await thread.end()));
  }
}

function queriesOf(thread: SqliteThread): Queries {
  return {
    query: async (text, values = []) => await thread.ask({ text, values }),
    insert: async (into, rows) => await thread.insert(into, rows),
  };
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
