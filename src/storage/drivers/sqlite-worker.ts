// A thread of SQLite: an entry point of its own in the executable. It runs statements in the order in which they come.
import { SQL } from 'bun';
import type { Row } from '../database.ts';
import type { ThreadStatement } from './sqlite-thread.ts';

/** What the thread is to do. */
export type ThreadOrder =
  | { readonly kind: 'open'; readonly file: string; readonly pragmas: readonly string[] }
  | ({ readonly kind: 'run' } & ThreadStatement)
  | { readonly kind: 'close' };

/** What came of an order. */
export interface ThreadAnswer {
  readonly id: number;
  readonly rows: readonly Row[];
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

declare const self: Worker;

let connection: SQL | undefined;
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<{ readonly id: number; readonly order: ThreadOrder }>): void => {
  last = last.then(async () => await answer(data.id, data.order));
};

async function answer(id: number, order: ThreadOrder): Promise<void> {
  try {
    self.postMessage({ id, rows: await carryOut(order), error: undefined } satisfies ThreadAnswer);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const told = { code: typeof code === 'string' ? code : '', message: String(message) };
    self.postMessage({ id, rows: [], error: told } satisfies ThreadAnswer);
  }
}

async function carryOut(order: ThreadOrder): Promise<Row[]> {
  if (order.kind === 'open') return await open(order.file, order.pragmas);
  if (order.kind === 'close') return await close();
  if (connection === undefined) throw new Error('the file is not open');
  return [...((await connection.unsafe(order.text, [...order.values])) as Row[])];
}

async function open(file: string, pragmas: readonly string[]): Promise<Row[]> {
  if (connection !== undefined) return [];
  const sql = new SQL({ adapter: 'sqlite', filename: file });
  try {
    for (const pragma of pragmas) await sql.unsafe(pragma);
  } catch (error) {
    await sql.close();
    throw error;
  }
  connection = sql;
  return [];
}

async function close(): Promise<Row[]> {
  await connection?.close().catch(() => undefined);
  connection = undefined;
  return [];
}
