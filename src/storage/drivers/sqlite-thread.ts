import type { RowJson } from '../../core/ledger-row.ts';
import { workerUrl } from '../../lib/worker-url.ts';
import type { Insert, Row, Value } from '../database.ts';
import type { ThreadAnswer, ThreadOrder } from './sqlite-worker.ts';

/** A statement, and its values. */
export interface ThreadStatement {
  readonly text: string;
  readonly values: readonly Value[];
}

/** The thread was closed before it answered: another one may. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

/** The thread ended by itself: what was asked of it may have been done or not. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
}

/** A thread with one connection to SQLite, which answers only when it is done: on the thread of requests all of them would wait. */
export class SqliteThread {
  readonly #asked = new Map<number, PromiseWithResolvers<ThreadAnswer['result']>>();
  #opening: Promise<unknown> | undefined;
  #last = 0;
  /** Why it takes no orders any more. */
  #end: Error | undefined;

  constructor(private readonly worker = startWorker()) {
    worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => this.#answered(data);
    worker.onerror = ({ message }) => this.#stop(new ThreadDied(message));
    worker.addEventListener('close', () => this.#stop(new ThreadDied('it has stopped')));
  }

  /** It takes no orders any more. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** It has not answered everything yet. */
  get isBusy(): boolean {
    return this.#asked.size > 0;
  }

  /** Opens a file, unless it is open. */
  async open(file: string, pragmas: readonly string[]): Promise<void> {
    const opening = (this.#opening ??= this.#order({ kind: 'open', file, pragmas }));
    try {
      await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  /** The rows that a statement returns. */
  async ask(statement: ThreadStatement): Promise<Row[]> {
    return await this.#rowsOf({ kind: 'run', ...statement });
  }

  /** Inserts rows; what is to be returned of them. */
  async insert(into: Insert, rows: readonly (readonly Value[])[]): Promise<Row[]> {
    return await this.#rowsOf({ kind: 'insert', into, rows });
  }

  /** Writes rows of the ledger, each as JSON, in one transaction; the places of those that were there already. */
  async append(rows: readonly RowJson[]): Promise<readonly number[]> {
    return (await this.#order({ kind: 'append', lines: rows.join('\n') })) as readonly number[];
  }

  /** Closes the connection, and ends the thread. What is asked of it afterwards is rejected with a `ThreadEnded`. */
  async end(): Promise<void> {
    if (this.hasEnded) return;
    const closed = this.#order({ kind: 'close' });
    this.#end = new ThreadEnded();
    // A thread that dies meanwhile has closed everything as well.
    await closed.catch(() => undefined);
    this.worker.terminate();
    this.#reject(this.#end);
  }

  async #rowsOf(order: ThreadOrder): Promise<Row[]> {
    const rows = await this.#order(order);
    return typeof rows === 'string' ? (JSON.parse(rows) as Row[]) : [...(rows as readonly Row[])];
  }

  async #order(order: ThreadOrder): Promise<ThreadAnswer['result']> {
    if (this.#end !== undefined) throw this.#end;
    this.#last += 1;
    const id = this.#last;
    const asked = Promise.withResolvers<ThreadAnswer['result']>();
    this.#asked.set(id, asked);
    this.worker.postMessage({ id, order });
    // Only a pending query keeps the process alive.
    this.worker.ref();
    try {
      return await asked.promise;
    } finally {
      this.#asked.delete(id);
      if (this.#asked.size === 0) this.worker.unref();
    }
  }

  #answered({ id, result, error }: ThreadAnswer): void {
    const asked = this.#asked.get(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(Object.assign(new Error(error.message), { code: error.code }));
  }

  #stop(error: Error): void {
    this.#end ??= error;
    this.#reject(error);
  }

  #reject(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
  }
}

/** Starts the worker of a thread. */
export function startWorker(): Worker {
  return new Worker(workerUrl('storage/drivers', 'sqlite-worker.ts', import.meta.url), { smol: true });
}
