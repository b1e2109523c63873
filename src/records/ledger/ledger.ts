import { join } from 'node:path';
import type { LedgerRow, RowJson } from '../../core/ledger-row.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { GatewayErrorCode } from '../../core/refusal.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../log/log.ts';
import type { Sink } from '../sink.ts';
import type { JournalBatch } from './journal.ts';
import type { LedgerSink } from './ledger-sink.ts';
import type { LedgerState } from './ledger-state.ts';
import { RowWriter, type WriterLimits } from './row-writer.ts';
import { Shipper, type Shipment } from './shipper.ts';
import { tellOfShipper, tellOfWriter } from './tell.ts';
import { Unshippable } from './unshippable.ts';

/** Where a ledger keeps what the store does not have yet, and whose rows they are. */
export interface LedgerPlace {
  /** The folder of the gateway's own files (`data_dir`). Undefined: rows wait in memory alone. */
  readonly dataDir: string | undefined;
  readonly node: string;
}

/** What a ledger is made with. */
export interface LedgerTools {
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  readonly random: () => number;
  readonly sink: LedgerSink;
}

/** At the start what an earlier process has left is shipped for so long before requests are let in. */
const CATCH_UP_MS = 5000;
/** At the end rows are shipped for so long; the next process ships the rest. */
const LAST_SHIPMENTS_MS = 5000;
export const LEDGER_FULL: GatewayErrorCode = 'ledger_full';
const MOST_SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS = 8;

/** Whether the ledger has a row of an exchange: one that named a model or reached a backend, and was not refused for want of room. */
export function hasRow({ alias, attempts, errorCode }: ExchangeRecord): boolean {
  return (alias !== undefined || attempts > 0) && errorCode !== LEDGER_FULL;
}

/** Writes a row for every exchange: first to the journal, and from there into the store. */
export class Ledger implements Sink {
  readonly #writer: RowWriter;
  readonly #shipper: Shipper;
  readonly #unshippable: Unshippable;
  #beforeOwnRows: (() => Promise<void>) | undefined;
  /** What is on its way. */
  #shipment: Shipment | undefined;

  constructor(
    place: LedgerPlace,
    private readonly tools: LedgerTools,
    limits: WriterLimits,
  ) {
    const { clock, log, random, sink } = tools;
    const { dataDir, node } = place;
    const segmentBytes = Math.min(MOST_SEGMENT_BYTES, limits.maxJournalBytes / SEGMENTS);
    const journal = dataDir === undefined ? undefined : { dir: join(dataDir, 'journal'), node, segmentBytes };
    const events = tellOfWriter(log, journal?.dir, (atOnce) => this.#shipper.wake(atOnce));
    const aside = dataDir === undefined ? undefined : join(dataDir, 'ledger-set-aside.jsonl');
    this.#unshippable = new Unshippable(log, aside);
    this.#writer = new RowWriter({ node, journal }, clock, events, limits);
    this.#shipper = new Shipper({
      clock,
      random,
      sink,
      next: (most) => this.#next(most),
      events: {
        ...tellOfShipper(log),
        refused: (row, error) => this.#unshippable.refused(JSON.parse(row) as LedgerRow, error),
      },
    });
  }

  /** Takes what named a model or reached a backend; probes, lists, wrong keys and what it refuses itself have no row. */
  record(record: ExchangeRecord): void {
    if (hasRow(record)) this.#writer.add(record);
  }

  /** New requests are to be refused, for no room is left for their rows. */
  get isRefusing(): boolean {
    return this.#writer.isFull && this.#writer.limits.onFull === 'refuse';
  }

  configure(limits: WriterLimits): void {
    this.#writer.limits = limits;
    this.#writer.checkRoom();
  }

  /** Opens the journal, and ships what an earlier process has left, for a while. A journal or a store that cannot be used is said, and tried again later. */
  async start(): Promise<void> {
    await this.#writer.flush();
    if (this.#writer.journal?.hasLeftRows === true) await this.#within(CATCH_UP_MS, this.#shipper.drain());
  }

  /**
   * Calls `read` with the rows that an earlier process has left and the store does not have, and holds shipping meanwhile:
   * if nothing was under way (`isExact`), what `read` finds in the store and these rows are all there is, and none is both.
   * To be called after `start`.
   */
  async replayUnshipped<T>(read: (rows: AsyncIterable<LedgerRow>, isExact: boolean) => Promise<T>): Promise<T> {
    return await this.#shipper.holding((isIdle) => read(this.#leftRows(), isIdle));
  }

  /**
   * Calls `read` as soon as the store has what an earlier process has left, and before it gets anything of this one. If it
   * rejects, the store gets nothing yet, and `read` is called again.
   */
  beforeOwnRows(read: () => Promise<void>): void {
    this.#beforeOwnRows = read;
    this.#shipper.wake();
  }

  /** Everything that has ended so far is in the store; false: it cannot be used just now. */
  async settled(): Promise<boolean> {
    await this.#writer.flush();
    return await this.#shipper.drain();
  }

  /** Writes and ships what can be; what cannot be shipped stays in the journal for the next process. */
  async close(): Promise<void> {
    await this.#writer.flush();
    await this.#within(LAST_SHIPMENTS_MS, this.#shipper.drain());
    // One that a silent store keeps is not waited for.
    void this.#shipper.stop();
    await this.#writer.close();
    const { waiting } = this.#writer;
    if (waiting > 0) this.tools.log.error('rows of the ledger are lost', { rows: waiting });
  }

  /** How it is just now. */
  get state(): LedgerState {
    const { journal, waiting, dropped, isWritable, isFull } = this.#writer;
    const { oldest, shipped, isUp } = this.#shipper;
    const { torn, damaged, setAside } = this.#unshippable;
    return {
      rows: (journal?.rows ?? 0) + waiting,
      waiting,
      bytes: journal?.bytes ?? 0,
      lagMs: oldest === undefined ? 0 : Math.max(0, this.tools.clock.wallNow() - endOf(oldest)),
      isStoreUp: isUp,
      isWritable,
      isFull,
      shipped,
      dropped,
      torn,
      damaged,
      setAside,
    };
  }

  async *#leftRows(): AsyncGenerator<LedgerRow> {
    const { journal } = this.#writer;
    if (journal !== undefined) yield* journal.leftRows();
  }

  /** What is shipped next. The same again, as long as it is not done. */
  async #next(most: number): Promise<Shipment | undefined> {
    if (this.#shipment !== undefined) return this.#shipment;
    const batch = await this.#writer.journal?.next(most);
    if (batch === undefined || this.#writer.journal?.isLeft(batch) !== true) {
      await this.#beforeOwnRows?.();
      this.#beforeOwnRows = undefined;
    }
    const found = batch === undefined ? this.#unwritten() : await this.#ofJournal(batch);
    if (found === undefined) return undefined;
    const done = async (): Promise<void> => {
      await found.done();
      this.#shipment = undefined;
      this.#writer.checkRoom();
    };
    return (this.#shipment = { rows: found.rows, done });
  }

  #unwritten(): Shipment | undefined {
    const rows = this.#writer.unwritten;
    if (rows === undefined) return undefined;
    return {
      rows,
      done: () => {
        this.#writer.forget(rows);
        return Promise.resolve();
      },
    };
  }

  async #ofJournal(batch: JournalBatch): Promise<Shipment> {
    await this.#unshippable.found(batch);
    return { rows: batch.rows, done: () => this.#writer.journal?.acknowledge(batch) ?? Promise.resolve() };
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.tools.clock.after(ms, resolve);
    await Promise.race([work, promise]);
    cancel();
  }
}

/** When its exchange ended, in milliseconds since the epoch. */
function endOf(row: RowJson): number {
  const { startedAt, durationMs } = JSON.parse(row) as LedgerRow;
  return startedAt + durationMs;
}
