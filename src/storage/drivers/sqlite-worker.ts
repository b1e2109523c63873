// A thread of SQLite: an entry point of its own in the executable. It does what it is told in the order in which that comes.
import type { Insert, Row, Value } from '../database.ts';
import { LedgerWriter } from '../ledger/append.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { ThreadStatement } from './sqlite-thread.ts';

/** What the thread is to do. `append`: to write rows of the ledger, each as JSON, and all of them in one text, for that is quicker to send. */
export type ThreadOrder =
  | { readonly kind: 'open'; readonly file: string; readonly pragmas: readonly string[] }
  | ({ readonly kind: 'run' } & ThreadStatement)
  | { readonly kind: 'insert'; readonly into: Insert; readonly rows: readonly (readonly Value[])[] }
  | { readonly kind: 'append'; readonly lines: string }
  | { readonly kind: 'close' };

/** What came of an order: rows that a statement returns, as JSON where they are many, or places of rows that were there already. */
export interface ThreadAnswer {
  readonly id: number;
  readonly result: readonly Row[] | readonly number[] | string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

declare const self: Worker;

let connection: SqliteConnection | undefined;
let ledger: LedgerWriter | undefined;
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<{ readonly id: number; readonly order: ThreadOrder }>): void => {
  last = last.then(async () => await answer(data.id, data.order));
};

async function answer(id: number, order: ThreadOrder): Promise<void> {
  try {
    self.postMessage({ id, result: await carryOut(order), error: undefined } satisfies ThreadAnswer);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const told = { code: typeof code === 'string' ? code : '', message: String(message) };
    self.postMessage({ id, result: [], error: told } satisfies ThreadAnswer);
  }
}

async function carryOut(order: ThreadOrder): Promise<ThreadAnswer['result']> {
  if (order.kind === 'open') return open(order.file, order.pragmas);
  if (order.kind === 'close') return close();
  if (connection === undefined) throw new Error('the file is not open');
  if (order.kind === 'run') return sent(connection.run(order.text, order.values));
  if (order.kind === 'insert') return sent(connection.insert(order.into, order.rows));
  ledger ??= new LedgerWriter(connection);
  return await ledger.append(order.lines.split('\n'));
}

/** To copy many objects from thread to thread takes longer than to write and read them. */
function sent(rows: readonly Row[]): readonly Row[] | string {
  return rows.length < MANY_ROWS ? rows : JSON.stringify(rows);
}

const MANY_ROWS = 50;

function open(file: string, pragmas: readonly string[]): [] {
  connection ??= new SqliteConnection(file, pragmas);
  return [];
}

function close(): [] {
  connection?.close();
  connection = undefined;
  ledger = undefined;
  return [];
}
