import type { RowJson } from '../../core/ledger-row.ts';
import { backoffMs } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { LedgerSink } from './ledger-sink.ts';

/** Rows that belong together on their way to the store. */
export interface Shipment<Row = RowJson> {
  readonly rows: readonly Row[];
  /** The store has them, or they are set aside. */
  done(): Promise<void>;
}

/** What a shipper goes by, and whom it tells. */
export interface ShipperTools<Row = RowJson> {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sink: LedgerSink<Row>;
  /** What is shipped next, about so many rows; undefined: nothing is left. */
  readonly next: (most: number) => Promise<Shipment<Row> | undefined>;
  readonly events: ShipperEvents<Row>;
}

/** What a shipper tells. */
export interface ShipperEvents<Row = RowJson> {
  /** Rows wait, for the store (or the journal that they are read from) cannot be used. Said once until `resumed`. */
  stopped(error: unknown): void;
  resumed(): void;
  /** The store refuses this row whatever stands beside it. */
  refused(row: Row, error: unknown): Promise<void>;
}

/** About how many rows are shipped before the journal's position is kept. */
const MOST_SHIPPED = 2000;
/** The most rows of a transaction: whatever else writes waits for it to end. */
const MOST_ROWS = 500;
/** Rows wait so long for others: a transaction costs far more than a row in it. */
const GATHER_MS = 500;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 15_000;
/** A store that says nothing for so long is as good as gone. Rows that it has taken after all are there already when they come again. */
const APPEND_LIMIT_MS = 15_000;
/** So often a row has to be refused alone before it is set aside: two transactions may have been in each other's way. */
const REFUSALS = 3;
/** When so many rows in a row were refused, it is not the rows: those behind them wait, as they do for a store that is away. */
const MOST_REFUSED = 16;

/** Moves rows into the store, in their order and one transaction at a time, and keeps at it while the store is away. */
export class Shipper<Row = RowJson> {
  /** The first row that is on its way; undefined: none is. */
  oldest: Row | undefined;
  /** How many rows the store has taken that it did not have. */
  shipped = 0;
  #failures = 0;
  /** Rows that were refused since the last that was taken. */
  #refusedInRow = 0;
  /** Of the shipment under way, those that are set aside. */
  readonly #aside = new Set<Row>();
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isStopped = false;
  #isHeld = false;

  constructor(private readonly tools: ShipperTools<Row>) {}

  /** False from when the store could not be used until it takes rows again. */
  get isUp(): boolean {
    return this.#failures === 0;
  }

  /** There is something to ship, soon or `atOnce`. While the store is away, nothing is sooner than the next try. */
  wake(atOnce = false): void {
    if (this.#isStopped || this.#isHeld || this.#running !== undefined) return;
    if (this.#cancel !== undefined && !(atOnce && this.isUp)) return;
    this.#in(atOnce ? 0 : GATHER_MS);
  }

  /** Begins nothing until `work` is over, which is told whether nothing is under way: a store that does not answer is not waited for. */
  async holding<T>(work: (isIdle: boolean) => Promise<T>): Promise<T> {
    this.#isHeld = true;
    try {
      return await work(this.#running === undefined);
    } finally {
      this.#isHeld = false;
      this.wake();
    }
  }

  /** Ships until nothing is left (true), or the store cannot be used (false). */
  async drain(): Promise<boolean> {
    await this.#running;
    this.#cancel?.();
    this.#cancel = undefined;
    await (this.#running ??= this.#run());
    return this.isUp;
  }

  /** Begins nothing more. Resolves when what was begun is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
  }

  #in(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.tools.clock.after(ms, () => {
      this.#cancel = undefined;
      if (!this.#isHeld) this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    const { events, random } = this.tools;
    try {
      while (!this.#isStopped && !this.#isHeld && (await this.#shipNext()));
      if (this.#failures > 0) events.resumed();
      this.#failures = 0;
      this.#running = undefined;
    } catch (error) {
      if (this.#failures++ === 0) events.stopped(error);
      this.#running = undefined;
      if (!this.#isStopped) this.#in(backoffMs(this.#failures, FIRST_RETRY_MS, LONGEST_RETRY_MS, random()));
    }
  }

  /** False: there is nothing to ship. Rejects if the store cannot be used. */
  async #shipNext(): Promise<boolean> {
    const shipment = await this.tools.next(MOST_SHIPPED);
    if (shipment === undefined) return false;
    const { rows } = shipment;
    [this.oldest] = rows;
    const left = this.#aside.size === 0 ? rows : rows.filter((row) => !this.#aside.has(row));
    for (let at = 0; at < left.length; at += MOST_ROWS) {
      await this.#ship(left.slice(at, at + MOST_ROWS));
      // A store that does not wait for anything would let nobody else run.
      await turn();
    }
    await shipment.done();
    this.#aside.clear();
    this.oldest = undefined;
    if (rows.length > 0 && this.#failures > 0) {
      this.#failures = 0;
      this.tools.events.resumed();
    }
    return true;
  }

  /** Ships rows; those that the store refuses are found by halving and set aside, so that they hold up no others. */
  async #ship(rows: readonly Row[]): Promise<void> {
    const refusal = await this.#refusalOf(rows);
    if (refusal === undefined) return;
    const [row] = rows;
    if (rows.length > 1 || row === undefined) {
      const half = Math.ceil(rows.length / 2);
      await this.#ship(rows.slice(0, half));
      return await this.#ship(rows.slice(half));
    }
    for (let refusals = 1; refusals < REFUSALS; refusals++) {
      if ((await this.#refusalOf(rows)) === undefined) return;
    }
    if (this.#refusedInRow >= MOST_REFUSED) throw refusal.error;
    this.#refusedInRow++;
    await this.tools.events.refused(row, refusal.error);
    this.#aside.add(row);
  }

  /** Why the store does not want these rows, which it could take as far as it is concerned; undefined: it has them. */
  async #refusalOf(rows: readonly Row[]): Promise<{ error: unknown } | undefined> {
    const { sink } = this.tools;
    try {
      this.shipped += await this.#limited(sink.append(rows));
      this.#refusedInRow = 0;
      return undefined;
    } catch (error) {
      if (error instanceof StoreSilent || sink.isUnavailable(error)) throw error;
      // Whoever does not answer at all has not judged the rows.
      await this.#limited(sink.ping());
      return { error };
    }
  }

  async #limited<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = this.tools.clock.after(APPEND_LIMIT_MS, () => reject(new StoreSilent()));
    try {
      return await Promise.race([work, promise]);
    } finally {
      cancel();
    }
  }
}

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

class StoreSilent extends Error {
  override readonly name = 'StoreSilent';
  override readonly message = `the store has not answered for ${APPEND_LIMIT_MS / 1000} s`;
}
