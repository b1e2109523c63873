import type { RowJson } from '../core/ledger-row.ts';

/** What a parameter of a query may be. Counts beyond 2^53 go in and come out as text. */
export type Value = string | number | null;

/** A row as the driver gives it; `read-row.ts` reads its fields. */
export type Row = Readonly<Record<string, unknown>>;

/** A column of rows that are inserted together. */
export interface Column {
  readonly name: string;
  readonly type: 'TEXT' | 'BIGINT' | 'DOUBLE PRECISION';
}

/** Where rows are inserted, and what becomes of those that are there already. */
export interface Insert {
  readonly table: string;
  readonly columns: readonly Column[];
  /** `ON CONFLICT …`, which may name `excluded`; without it a conflict is an error. */
  readonly onConflict?: string;
  /** The columns to return, of the rows that were inserted or updated. */
  readonly returning?: string;
}

/** What asks a database. Texts of queries are constants with `$1`, `$2`, …: what comes from outside is a value, always. */
export interface Queries {
  query(text: string, values?: readonly Value[]): Promise<Row[]>;
  /** Inserts rows in their order, each with a value for each column. */
  insert(into: Insert, rows: readonly (readonly Value[])[]): Promise<Row[]>;
}

/** What the ledger's rows are written to. */
export interface RowDatabase {
  readonly dialect: Dialect;
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
}

/** Writes rows of the ledger. */
export interface RowAppender {
  /** Writes rows, each as the JSON of a `LedgerRow`, in one transaction; resolves to the places in `rows` of those that count no more. */
  append(rows: readonly RowJson[]): Promise<readonly number[]>;
}

/** A connection to one kind of database: all that a driver has to bring. It rejects as `Store` says. */
export interface Database {
  readonly dialect: Dialect;
  readonly ledger: RowAppender;
  /** Where it is, without secrets: what messages name. */
  readonly place: string;
  /** Reads outside of a transaction: one statement, which sees one state of all tables. */
  read(text: string, values?: readonly Value[]): Promise<Row[]>;
  /** All of it, or nothing if `work` rejects. It may run again, if the database asks for that: `work` changes nothing else. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
  /** Whether a statement failed since another row has a key that is unique. */
  isTaken(error: unknown): boolean;
  /** Whether a statement failed since a table is not there: another process has dropped it. */
  isTableGone(error: unknown): boolean;
  /** Drops tables of a day for good, whatever their size, without keeping writers waiting. Those that are gone already are no error. */
  dropTables(tables: readonly PartitionTable[]): Promise<void>;
  /** Copies the database into a file while it is in use; undefined: its own tools do that, and `backupAdvice` says how. */
  backup?(file: string): Promise<void>;
  readonly backupAdvice: string;
  close(): Promise<void>;
}

/** A table of a day, and the one that it is a part of. */
export interface PartitionTable {
  readonly parent: string;
  readonly name: string;
}

/** The few things that databases say differently, each as the text that says it. */
export interface Dialect {
  /** The type of a primary key that counts by itself. */
  readonly identity: string;
  /** After the type of a text column that is compared byte by byte. */
  readonly bytewise: string;
  /** After a table that is read by its primary key only. */
  readonly clustered: string;
  /** The texts of a JSON list that is the parameter at this place, after `IN`. */
  textsOf(place: string): string;
  /** The same of whole numbers. */
  numbersOf(place: string): string;
  /** After a SELECT whose rows nobody may change before the end of the transaction. */
  readonly shareLock: string;
  /** The table that the parts of days belong to, by its columns; undefined: there is none, the parts stand alone. */
  partitioned?(parent: string, columns: string): string;
  /** The columns of such a table, for one that is to be a part of it; undefined: there is none. */
  columnsOf?(parent: string): string;
  /** Makes a table the part of a day, where there is a table that it can be a part of. */
  attach?(table: PartitionTable, day: number): string;
  /** What keeps all others from changing the schema until the transaction ends; undefined: a transaction does so by itself. */
  readonly lockSchema: string | undefined;
}
