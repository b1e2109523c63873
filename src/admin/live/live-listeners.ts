import type { ExchangeRecord } from '../../core/record.ts';
import { Refusal } from '../../core/refusal.ts';
import type { RecentActivity } from '../../records/recent/recent-activity.ts';
import { requestJson } from '../request-json.ts';

/** More do not listen at a time. */
const MOST = 50;
/** Rows that are kept as JSON, so that each is written once however many listen. */
const MOST_WRITTEN = 1000;

/** Who watches requests as they happen. While nobody does, it costs nothing: it is no part of a request's way. */
export class LiveListeners {
  #count = 0;
  /** By the number of the record. */
  readonly #written = new Map<number, string>();

  constructor(private readonly recent: RecentActivity) {}

  /** Throws a Refusal where no more may listen. */
  refuseIfFull(): void {
    if (this.#count < MOST) return;
    throw new Refusal('rate_limit_exceeded', `At most ${MOST} connections watch requests at a time. Close one.`, {
      headers: { 'retry-after': '5' },
    });
  }

  enter(): void {
    this.#count++;
  }

  leave(): void {
    if (--this.#count === 0) this.#written.clear();
  }

  /** A record as `GET /admin/requests` has it. */
  jsonOf(number: number, record: ExchangeRecord): string {
    const known = this.#written.get(number);
    if (known !== undefined) return known;
    const text = JSON.stringify(requestJson(this.recent.rowOf(record)));
    if (this.#written.size >= MOST_WRITTEN) this.#written.clear();
    this.#written.set(number, text);
    return text;
  }
}
