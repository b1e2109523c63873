import type { ExchangeRecord } from '../../core/record.ts';

/** So many records are kept, and of long ones so many bytes (about). */
const MOST_RECORDS = 1000;
const MOST_BYTES = 8 * 1024 * 1024;
/** What a record takes without its texts of any length, and what each of its attempts takes. */
const RECORD_BYTES = 1500;
const TRY_BYTES = 1000;

/** The last records, by the numbers that they get one after another. */
export class RecentRecords {
  readonly #records: (ExchangeRecord | undefined)[] = Array.from({ length: MOST_RECORDS });
  readonly #sizes = new Float64Array(MOST_RECORDS);
  #first = 0;
  #next = 0;
  #bytes = 0;

  /** The number of the oldest that is kept. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next one gets. */
  get next(): number {
    return this.#next;
  }

  add(record: ExchangeRecord): void {
    const size = RECORD_BYTES + record.path.length + (record.alias?.length ?? 0) + record.tries.length * TRY_BYTES;
    if (this.#next - this.#first === MOST_RECORDS) this.#forget();
    const place = this.#next++ % MOST_RECORDS;
    this.#records[place] = record;
    this.#sizes[place] = size;
    this.#bytes += size;
    while (this.#bytes > MOST_BYTES && this.#first < this.#next - 1) this.#forget();
  }

  /** The record of a number; undefined: it is not kept any more, or not there yet. */
  at(number: number): ExchangeRecord | undefined {
    return number < this.#first || number >= this.#next ? undefined : this.#records[number % MOST_RECORDS];
  }

  /** Those before a number with their numbers, the newest first. */
  *newest(before = this.#next): Generator<readonly [number, ExchangeRecord]> {
    // Cursors of clients say any number.
    for (let number = Math.min(before, this.#next) - 1; number >= this.#first; number--) {
      const record = this.at(number);
      if (record !== undefined) yield [number, record];
    }
  }

  #forget(): void {
    const place = this.#first++ % MOST_RECORDS;
    this.#bytes -= this.#sizes[place] ?? 0;
    this.#records[place] = undefined;
  }
}
