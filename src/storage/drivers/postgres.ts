import { SQL } from 'bun';
import type { Database, Insert, PartitionTable, Row, Queries, Value } from '../database.ts';
import { databasePlace } from '../database-place.ts';
import { StoreUnavailable } from '../store-errors.ts';
import { LedgerWriter } from '../ledger/append.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { isToBeRepeated, isUndefinedTable, isUniqueViolation, postgresFailure } from './postgres-failure.ts';

/** A few for each node: connections are what a database runs out of first. */
const MAX_CONNECTIONS = 4;
const CONNECT_SECONDS = 5;
/** Longer than any statement takes; a server that hangs does not even answer that it is slow. */
const ANSWER_MS = 30_000;
/** Deadlocks and the like: the database has undone the transaction, and asks to run it again. */
const MAX_REPEATS = 5;

/** A PostgreSQL server. Connects at the first query, and again after any failure. */
export class PostgresDatabase implements Database {
  readonly dialect = postgresDialect;
  readonly place: string;
  readonly backupAdvice: string;
  readonly ledger = new LedgerWriter(this);
  #pool: SQL | undefined;

  constructor(private readonly url: string) {
    this.place = databasePlace(url);
    this.backupAdvice = `pg_dump --format=custom --file=llm-proxy.dump '${this.place}'`;
  }

  async read(text: string, values: readonly Value[] = []): Promise<Row[]> {
    return await this.#attempt(
      async (pool) => await ask(pool, text, values),
      () => true,
    );
  }

  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    for (let repeats = 0; ; repeats += 1) {
      let hasBegun = false;
      const begin = async (tx: SQL): Promise<T> => {
        hasBegun = true;
        return await work(queriesOf(tx));
      };
      try {
        return await this.#attempt(
          async (pool) => await pool.begin(begin),
          () => !hasBegun,
        );
      } catch (error) {
        if (!isToBeRepeated(error) || repeats === MAX_REPEATS) throw error;
      }
    }
  }

  isTaken(error: unknown): boolean {
    return isUniqueViolation(error);
  }

  isTableGone(error: unknown): boolean {
    return isUndefinedTable(error);
  }

  async dropTables(tables: readonly PartitionTable[]): Promise<void> {
    await this.#attempt(
      async (pool) => {
        const connection = await pool.reserve();
        try {
          await dropAll(connection, tables);
        } finally {
          await connection.release();
        }
      },
      () => false,
    );
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close({ timeout: 1 }).catch(() => undefined);
  }

  /** A server that was restarted has closed the connections of the pool: a new pool tries again, once, if nothing was changed yet. */
  async #attempt<T>(work: (pool: SQL) => Promise<T>, isUnchanged: () => boolean): Promise<T> {
    const isOld = this.#pool !== undefined;
    const pool = (this.#pool ??= connect(this.url));
    try {
      return await inTime(work(pool), this.place);
    } catch (error) {
      const failure = postgresFailure(error, this.place);
      if (!(failure instanceof StoreUnavailable) || failure.reason !== 'unreachable') throw failure;
      if (this.#pool === pool) await this.close();
      if (isOld && isUnchanged() && failure !== error) return await this.#attempt(work, isUnchanged);
      throw failure;
    }
  }
}

/** One process at a time. Concurrently: queries of the other days go on. A table that was half taken out is finished. */
async function dropAll(sql: SQL, tables: readonly PartitionTable[]): Promise<void> {
  await sql.unsafe(`SET statement_timeout = ${DROP_MS}`);
  await sql.unsafe(`SELECT pg_advisory_lock(${DROP_LOCK})`);
  try {
    for (const { parent, name } of tables) {
      const [part] = await ask(sql, ATTACHED, [parent, name]);
      if (part !== undefined) {
        const how = part['is_pending'] === true ? 'FINALIZE' : 'CONCURRENTLY';
        await sql.unsafe(`ALTER TABLE ${parent} DETACH PARTITION ${name} ${how}`);
      }
      await sql.unsafe(`DROP TABLE IF EXISTS ${name}`);
    }
  } finally {
    await sql.unsafe(`SELECT pg_advisory_unlock(${DROP_LOCK})`);
    await sql.unsafe('RESET statement_timeout');
  }
}

/** Any number, another than that of the schema's lock. */
const DROP_LOCK = 7_215_608_331;

/** How long a drop waits for somebody who reads the table, a backup say: the next call tries again. */
const DROP_MS = 20_000;

/** Whether a table is a part of another, and whether it is half taken out. */
const ATTACHED = `SELECT inhdetachpending AS is_pending FROM pg_inherits
  WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)`;

/** Statements are not kept: each day has tables of its own, so there would be more and more. */
function connect(url: string): SQL {
  return new SQL({ url, max: MAX_CONNECTIONS, connectionTimeout: CONNECT_SECONDS, prepare: false });
}

async function ask(sql: SQL, text: string, values: readonly Value[]): Promise<Row[]> {
  return (await sql.unsafe(text, [...values])) as Row[];
}

function queriesOf(tx: SQL): Queries {
  return {
    query: async (text, values = []) => await ask(tx, text, values),
    // All rows in one value: one statement, whatever their number.
    async insert(into, rows) {
      if (rows.length === 0) return [];
      return await ask(tx, insertText(into), [JSON.stringify(rows.map((row) => named(into, row)))]);
    },
  };
}

function insertText({ table, columns, onConflict = '', returning }: Insert): string {
  const names = columns.map(({ name }) => name).join(', ');
  const types = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  const end = returning === undefined ? '' : ` RETURNING ${returning}`;
  return `INSERT INTO ${table} (${names}) SELECT * FROM json_to_recordset($1::text::json) AS rows (${types}) ${onConflict}${end}`;
}

function named({ columns }: Insert, row: readonly Value[]): Record<string, Value> {
  return Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null]));
}

async function inTime<T>(work: Promise<T>, place: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new StoreUnavailable('unreachable', `the database ${place} does not answer: see whether it hangs`)),
    ANSWER_MS,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
