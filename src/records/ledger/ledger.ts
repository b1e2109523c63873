import { join } from 'node:path';
import type { LedgerRow } from '../../core/ledger-row.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../log/log.ts';
import type { Sink } from '../sink.ts';
import type { JournalBatch } from './journal.ts';
import type { LedgerSink } from './ledger-sink.ts';
import type { DamagedBytes } from './read-rows.ts';
import { RowWriter, type WriterLimits } from './row-writer.ts';
import { setAside } from './set-aside.ts';
import { Shipper, type Shipment } from './shipper.ts';
import { tellOfShipper, tellOfWriter } from './tell.ts';

/** Where a ledger keeps what the store does not have yet, and whose rows they are. */
export interface LedgerPlace {
  /** The folder of the gateway's own files (`data_dir`). */
  readonly dataDir: string;
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
const MOST_SEGMENT_BYTES = 8 * 1024 * 1024;
const SEGMENTS = 8;

/** What the ledger has counted since the start. */
export interface LedgerCounts {
  dropped: number;
  torn: number;
  damaged: number;
  setAside: number;
}

/** Writes a row for every exchange: first to the journal, and from there into the store. */
export class Ledger implements Sink {
  readonly #writer: RowWriter;
  readonly #shipper: Shipper;
  readonly #counts = { torn: 0, damaged: 0, setAside: 0 };
  /** What is on its way. */
  #shipment: Shipment | undefined;

  constructor(
    private readonly place: LedgerPlace,
    private readonly tools: LedgerTools,
    limits: WriterLimits,
  ) {
    const { clock, log, random, sink } = tools;
    const dir = join(place.dataDir, 'journal');
    const segmentBytes = Math.min(MOST_SEGMENT_BYTES, limits.maxJournalBytes / SEGMENTS);
    const events = tellOfWriter(log, dir, (atOnce) => this.#shipper.wake(atOnce));
    this.#writer = new RowWriter({ dir, node: place.node, segmentBytes }, clock, events, limits);
    this.#shipper = new Shipper({
      clock,
      random,
      sink,
      next: (most) => this.#next(most),
      events: { ...tellOfShipper(log), refused: (row, error) => this.#refused(row, error) },
    });
  }

  record(record: ExchangeRecord): void {
    this.#writer.add(record);
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
   * Calls `read` with the rows that an earlier process has left and the store does not have, while nothing is shipped: what
   * `read` finds in the store and these rows are all there is, and none is both. To be called after `start`.
   */
  async replayUnshipped<T>(read: (rows: AsyncIterable<LedgerRow>) => Promise<T>): Promise<T> {
    return await this.#shipper.holding(() => read(this.#leftRows()));
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
  }

  /** The rows that are not in the store yet: how many, in how many bytes, and since when the first of them waits, in ms. */
  get backlog(): { readonly rows: number; readonly bytes: number; readonly oldestMs: number } {
    const { journal, waiting } = this.#writer;
    const { oldest } = this.#shipper;
    const ended = oldest === undefined ? undefined : oldest.startedAt + oldest.durationMs;
    return {
      rows: (journal?.rows ?? 0) + waiting,
      bytes: journal?.bytes ?? 0,
      oldestMs: ended === undefined ? 0 : Math.max(0, this.tools.clock.wallNow() - ended),
    };
  }

  get counts(): LedgerCounts {
    return { ...this.#counts, dropped: this.#writer.dropped };
  }

  get shipped(): number {
    return this.#shipper.shipped;
  }

  /** The store takes rows, as far as is known. */
  get isShipping(): boolean {
    return this.#shipper.isUp;
  }

  /** The journal takes rows, as far as is known. */
  get isWritable(): boolean {
    return this.#writer.isWritable;
  }

  get isFull(): boolean {
    return this.#writer.isFull;
  }

  async *#leftRows(): AsyncGenerator<LedgerRow> {
    const { journal } = this.#writer;
    if (journal !== undefined) yield* journal.leftRows();
  }

  /** What is shipped next. The same again, as long as it is not done. */
  async #next(most: number): Promise<Shipment | undefined> {
    if (this.#shipment !== undefined) return this.#shipment;
    const batch = await this.#writer.journal?.next(most);
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
    const { segment, damage, tornBytes, rows } = batch;
    const { log } = this.tools;
    if (tornBytes > 0) {
      this.#counts.torn++;
      log.warn('the journal of the ledger ends with a row that was not written to its end', {
        segment: segment.path,
        bytes: tornBytes,
      });
    }
    if (damage.length > 0) await this.#keepDamage(segment.path, damage);
    return { rows, done: () => this.#writer.journal?.acknowledge(batch) ?? Promise.resolve() };
  }

  async #keepDamage(segment: string, damage: readonly DamagedBytes[]): Promise<void> {
    this.#counts.damaged += damage.length;
    const lost = damage.filter(({ isMended }) => !isMended);
    const file = this.#asideFile;
    await setAside(
      file,
      lost.map(({ offset, bytes }) => ({ reason: 'damaged', segment, offset, bytes: bytes.toString('base64') })),
    );
    this.tools.log.error('the journal of the ledger is damaged', {
      segment,
      offset: damage[0]?.offset,
      places: damage.length,
      lost: lost.length,
      file,
    });
  }

  async #refused(row: LedgerRow, error: unknown): Promise<void> {
    const file = this.#asideFile;
    const reason = error instanceof Error ? error.message : String(error);
    const isKept = await setAside(file, [{ reason, row }]);
    this.#counts.setAside++;
    this.tools.log.error('the store refuses a row of the ledger, which is set aside', {
      trace_id: row.traceId,
      row: row.id,
      cause: reason,
      file: isKept ? file : undefined,
    });
  }

  get #asideFile(): string {
    return join(this.place.dataDir, 'ledger-set-aside.jsonl');
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.tools.clock.after(ms, resolve);
    await Promise.race([work, promise]);
    cancel();
  }
}
