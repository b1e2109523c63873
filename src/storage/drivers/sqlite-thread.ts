import { workerUrl } from '../../lib/worker-url.ts';
import type { Row, Value } from '../database.ts';
import type { ThreadAnswer, ThreadOrder } from './sqlite-worker.ts';

/** One of the two connections that a thread has: SQLite reads beside a writer, not within its transaction. */
export type ThreadConnection = 'writer' | 'reader';

/** A statement, and its values. */
export interface ThreadStatement {
  readonly on: ThreadConnection;
  readonly text: string;
  readonly values: readonly Value[];
}

/** The thread was ended before it answered: another one may. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

/** A thread that runs the statements of SQLite, which answers only when it is done: on the thread of requests all of them would wait. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #asked = new Map<number, PromiseWithResolvers<Row[]>>();
  readonly #open = new Set<ThreadConnection>();
  #last = 0;
  #isEnded = false;

  constructor() {
    this.#worker = new Worker(workerUrl('storage/drivers', 'sqlite-worker.ts', import.meta.url), { smol: true });
    this.#worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => this.#answered(data);
    this.#worker.onerror = ({ message }) => this.#reject(new Error(`the thread of SQLite ended: ${message}`));
  }

  /** Opens a file for a connection, unless it is open. */
  async open(on: ThreadConnection, file: string, pragmas: readonly string[]): Promise<void> {
    if (this.#open.has(on)) return;
    await this.#order({ kind: 'open', on, file, pragmas });
    this.#open.add(on);
  }

  /** The rows that a statement returns. */
  async ask(statement: ThreadStatement): Promise<Row[]> {
    return await this.#order({ kind: 'run', ...statement });
  }

  /** Closes both connections, and ends the thread. What is asked of it afterwards is rejected with a `ThreadEnded`. */
  async end(): Promise<void> {
    const closed = this.#order({ kind: 'close' });
    this.#isEnded = true;
    await closed;
    this.#worker.terminate();
    this.#reject(new ThreadEnded());
  }

  async #order(order: ThreadOrder): Promise<Row[]> {
    if (this.#isEnded) throw new ThreadEnded();
    this.#last += 1;
    const id = this.#last;
    const asked = Promise.withResolvers<Row[]>();
    this.#asked.set(id, asked);
    this.#worker.postMessage({ id, order });
    // Nothing but an open question keeps the process.
    this.#worker.ref();
    try {
      return await asked.promise;
    } finally {
      this.#asked.delete(id);
      if (this.#asked.size === 0) this.#worker.unref();
    }
  }

  #answered({ id, rows, error }: ThreadAnswer): void {
    const asked = this.#asked.get(id);
    if (error === undefined) asked?.resolve([...rows]);
    else asked?.reject(Object.assign(new Error(error.message), { code: error.code }));
  }

  #reject(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
  }
}
