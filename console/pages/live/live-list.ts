import type { z } from 'zod';
import type { LiveBegun, liveEvents } from '../../../src/admin/live/live-schema.ts';
import type { RequestRow } from '../../lib/answers.ts';

export type LiveHello = z.output<typeof liveEvents.hello>;
export type LiveBatch = z.output<typeof liveEvents.batch>;

/** More rows are not kept: who looks further back takes the list of requests. */
export const MOST_ROWS = 500;

/** One request that is seen: under way, or ended. */
export interface LiveEntry {
  readonly traceId: string;
  readonly begun: LiveBegun | undefined;
  readonly row: RequestRow | undefined;
}

/**
 * The requests of the live view, the newest first, never more than `MOST_ROWS`. While it is held nothing moves: what is new
 * waits, and what is in sight only changes in its place.
 */
export class LiveList {
  #shown: LiveEntry[] = [];
  #waiting: LiveEntry[] = [];
  readonly #underWay = new Map<string, LiveBegun>();
  isHeld = false;

  constructor(private readonly showsBegun: boolean) {}

  get shown(): readonly LiveEntry[] {
    return this.#shown;
  }

  /** How many are not shown because the list is held; those that were pushed out meanwhile are not counted. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** A connection begins, or goes on. */
  hello({ rows, under_way: underWay }: LiveHello): void {
    this.#underWay.clear();
    if (rows.length > 0) {
      this.#shown = rows.map((row) => ({ traceId: row.trace_id, begun: undefined, row }));
      this.#waiting = [];
    }
    for (const begun of underWay) this.#begin(begun);
    if (!this.isHeld) this.release();
  }

  batch({ begun, ended, gone }: LiveBatch): void {
    for (const each of begun) this.#begin(each);
    for (const row of ended) this.#end(row);
    for (const traceId of gone) this.#leave(traceId);
    if (!this.isHeld) this.release();
  }

  /** Shows what has waited. */
  release(): void {
    if (this.#waiting.length === 0) return;
    this.#shown = [...this.#waiting.toReversed(), ...this.#shown].slice(0, MOST_ROWS);
    this.#waiting = [];
  }

  #begin(begun: LiveBegun): void {
    this.#underWay.set(begun.trace_id, begun);
    if (this.showsBegun) this.#add({ traceId: begun.trace_id, begun, row: undefined });
  }

  #end(row: RequestRow): void {
    const { trace_id: traceId } = row;
    const begun = this.#underWay.get(traceId);
    const entry = { traceId, begun, row };
    if (begun === undefined || !this.#replace(traceId, entry)) this.#add(entry);
  }

  /** What has begun and left no row is not seen any more. */
  #leave(traceId: string): void {
    if (!this.#underWay.delete(traceId)) return;
    this.#replace(traceId, undefined);
  }

  #add(entry: LiveEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST_ROWS) this.#waiting.splice(0, this.#waiting.length - MOST_ROWS);
  }

  /** Puts an entry into the place of the one under way with its trace; false: that is out of sight. */
  #replace(traceId: string, entry: LiveEntry | undefined): boolean {
    for (const list of [this.#waiting, this.#shown]) {
      const at = list.findIndex((each) => each.row === undefined && each.traceId === traceId);
      if (at === -1) continue;
      if (entry === undefined) list.splice(at, 1);
      else list[at] = entry;
      return true;
    }
    return false;
  }
}
