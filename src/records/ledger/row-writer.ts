import type { RowJson } from '../../core/ledger-row.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { Clock } from '../../lib/clock.ts';
import { recordId } from '../record-id.ts';
import { Journal, type JournalSettings } from './journal.ts';
import { rowOf, type Mask } from './row-of.ts';

/** Whose rows a writer makes, and where it writes them. */
export interface WriterSettings {
  readonly node: string;
  /** Undefined: there is no journal, and rows wait in memory. */
  readonly journal: JournalSettings | undefined;
}

/** What the writer goes by; it may change at any time. */
export interface WriterLimits {
  readonly maxJournalBytes: number;
  /** What becomes of rows when the journal is full: they are lost; or new requests are refused, and the rows of those under way are written beyond it. */
  readonly onFull: 'drop' | 'refuse';
  /** Takes secrets out of what clients and backends have written. */
  readonly mask: Mask;
}

/** What a writer tells. Each state is said once, when it begins and when it ends. */
export interface WriterEvents {
  opened(journal: Journal): void;
  /** There are rows for the store, `atOnce` for they have nowhere else to be. */
  written(atOnce: boolean): void;
  /** Rows wait in memory. */
  unwritable(error: unknown): void;
  writable(): void;
  /** There is no room for rows. */
  full(onFull: 'drop' | 'refuse'): void;
  /** There is again; so many were lost. */
  roomy(lost: number): void;
  /** No row can be made or written of a record, which is a bug. Said for the first one; all are counted. */
  broken(error: unknown, traceId: string): void;
}

/** What ended a moment ago waits so long to be written, so that all of it is on the disk within 100 ms. */
export const FLUSH_MS = 50;
const RETRY_MS = 1000;
/** More rows than these do not wait in memory for a journal that cannot be written. */
const MOST_WAITING = 10_000;
const MOST_AT_ONCE = 500;

/** Takes records, makes rows of them, and writes these to the journal; what cannot be written waits in memory. */
export class RowWriter {
  journal: Journal | undefined;
  /** Rows that found no room, or could not be made. */
  dropped = 0;
  isFull = false;
  isWritable = true;
  #records: ExchangeRecord[] = [];
  #waiting: RowJson[] = [];
  #lostSince = 0;
  #hasBroken = false;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly settings: WriterSettings,
    private readonly clock: Clock,
    private readonly events: WriterEvents,
    public limits: WriterLimits,
  ) {}

  /** Takes the record of an exchange, on the request's own path: all that there is to do is done later. */
  add(record: ExchangeRecord): void {
    // A disk that does not come back from a write must not cost all memory.
    if (this.#records.length >= MOST_WAITING) return this.#lose();
    this.#records.push(record);
    this.#cancel ??= this.clock.after(FLUSH_MS, this.#onTime);
  }

  /** How many rows are in memory alone. */
  get waiting(): number {
    return this.#records.length + this.#waiting.length;
  }

  /** Writes what there is, now. Resolves when it is on the disk, or known not to be. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    // Whatever became of the last one: nothing may keep all later rows from being written.
    return (this.#writing = this.#writing.then(this.#write, this.#write));
  }

  /** Rows that could not be written, for the store to take them from here; undefined: there are none. */
  get unwritten(): readonly RowJson[] | undefined {
    const isElsewhere = this.isWritable && this.settings.journal !== undefined;
    return isElsewhere || this.#waiting.length === 0 ? undefined : this.#waiting.slice(0, MOST_AT_ONCE);
  }

  /** These need not wait any more. */
  forget(rows: readonly RowJson[]): void {
    if (this.#waiting[0] === rows[0]) this.#waiting.splice(0, rows.length);
    else {
      const gone = new Set(rows);
      this.#waiting = this.#waiting.filter((row) => !gone.has(row));
    }
    this.checkRoom();
  }

  /** The journal has become shorter or longer, or may be. */
  checkRoom(): void {
    const isFull = (this.journal?.bytes ?? 0) >= this.limits.maxJournalBytes || this.#waiting.length >= MOST_WAITING;
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    if (isFull) return this.events.full(this.limits.onFull);
    this.events.roomy(this.#lostSince);
    this.#lostSince = 0;
  }

  /** Writes what there is, and ends the journal. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#isClosed = true;
      this.#cancel?.();
      await this.journal?.close();
    }
  }

  readonly #onTime = (): void => {
    this.#cancel = undefined;
    // Whoever is still writing takes these as well, or comes back.
    void this.flush();
  };

  readonly #write = async (): Promise<void> => {
    if (this.#isClosed) return;
    this.#makeRows();
    const { journal } = this.settings;
    if (journal === undefined) return this.events.written(false);
    try {
      await this.#open(journal);
      while (this.#waiting.length > 0) await this.#append(this.#waiting.slice(0, MOST_AT_ONCE));
      if (!this.isWritable) this.events.writable();
      this.isWritable = true;
    } catch (error) {
      if (this.isWritable) this.events.unwritable(error);
      this.isWritable = false;
      this.#cancel ??= this.clock.after(RETRY_MS, this.#onTime);
      this.events.written(true);
    }
    this.checkRoom();
  };

  async #open(settings: JournalSettings): Promise<void> {
    if (this.journal !== undefined) return;
    this.journal = await Journal.open(settings);
    this.events.opened(this.journal);
  }

  async #append(rows: readonly RowJson[]): Promise<void> {
    await this.journal?.append(rows);
    this.forget(rows);
    this.events.written(rows.length === MOST_AT_ONCE);
  }

  #makeRows(): void {
    const records = this.#records;
    this.#records = [];
    for (const record of records) {
      if (this.#mayKeep(record)) this.#makeRow(record);
      else this.#lose();
    }
    this.checkRoom();
  }

  #makeRow(record: ExchangeRecord): void {
    try {
      const row = rowOf(record, { id: recordId(record), node: this.settings.node, mask: this.limits.mask });
      this.#waiting.push(JSON.stringify(row));
    } catch (error) {
      this.#giveUp(error, record.traceId);
    }
  }

  #giveUp(error: unknown, traceId: string): void {
    this.dropped++;
    if (!this.#hasBroken) this.events.broken(error, traceId);
    this.#hasBroken = true;
  }

  /** Where requests are refused for want of room, the rows of those that were under way are kept: they have cost something. */
  #mayKeep({ attempts }: ExchangeRecord): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    const isRefusing = this.limits.onFull === 'refuse' && attempts > 0;
    return isRefusing || (this.journal?.bytes ?? 0) < this.limits.maxJournalBytes;
  }

  #lose(): void {
    this.dropped++;
    this.#lostSince++;
  }
}
