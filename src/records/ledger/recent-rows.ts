import type { RowJson } from '../../core/ledger-row.ts';
import type { Segment } from './segment.ts';

/** Rows that were written together. */
export interface Written {
  readonly segment: Segment;
  /** Their bytes in it. */
  readonly start: number;
  readonly end: number;
  readonly rows: readonly RowJson[];
}

/** So many rows are a few megabytes. */
const MOST_ROWS = 4000;

/**
 * What was written last, for whoever ships it at once: to read it from the file again would cost more than it did to write.
 * Whoever is further behind reads files, so a store that is down costs no memory.
 */
export class RecentRows {
  #written: Written[] = [];
  #rows = 0;

  /** Keeps rows; `isNext`: they are what is shipped next. */
  add(written: Written, isNext: boolean): void {
    if (this.#rows + written.rows.length > MOST_ROWS) this.#forget();
    else if (isNext || this.#written.length > 0) {
      this.#written.push(written);
      this.#rows += written.rows.length;
    }
  }

  /** The rows of a segment from `start` on, if they are kept; more than `most` only if they were written at once. */
  from(segment: Segment, start: number, most: number): { rows: RowJson[]; end: number } | undefined {
    this.#forgetBefore(segment, start);
    const rows: RowJson[] = [];
    let end = start;
    for (const written of this.#written) {
      const follows = written.segment === segment && written.start === end;
      if (!follows || (rows.length > 0 && rows.length + written.rows.length > most)) break;
      for (const row of written.rows) rows.push(row);
      end = written.end;
    }
    return rows.length === 0 ? undefined : { rows, end };
  }

  #forgetBefore(segment: Segment, start: number): void {
    const isPast = (each: Written): boolean =>
      each.segment.number < segment.number || (each.segment === segment && each.end <= start);
    let past = 0;
    for (const each of this.#written) {
      if (!isPast(each)) break;
      this.#rows -= each.rows.length;
      past++;
    }
    if (past > 0) this.#written.splice(0, past);
  }

  #forget(): void {
    this.#written = [];
    this.#rows = 0;
  }
}
