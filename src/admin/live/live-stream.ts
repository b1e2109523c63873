import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import { matcherOf, type Matcher } from '../../records/recent/matches.ts';
import type { SearchQuery } from '../../storage/ledger-query.ts';
import type { AdminContext } from '../admin-context.ts';
import type { LiveBegun } from './live-schema.ts';

/** At most ten events a second. */
const TICK_MS = 100;
const HEARTBEAT_MS = 15_000;
const MOST_AT_FIRST = 200;
/** Of one event: more than 250 a second nobody can read. */
const MOST_ROWS = 25;
/** So many that begin are told of at once, and remembered until they end. */
const MOST_BEGUN = 200;

/** What a listener asks for. */
export interface LiveQuery {
  readonly query: Omit<SearchQuery, 'limit'>;
  /** Where it resumes: `Last-Event-ID`. */
  readonly lastEventId: string | undefined;
}

/**
 * Requests as they begin and end, as server-sent events. Nothing waits for a listener: it reads the last records when it has
 * room, and of those that are gone by then it is told how many there were.
 */
export class LiveStream implements AsyncIterable<string>, AsyncIterator<string, undefined> {
  readonly #matches: Matcher;
  /** The number of the next record to look at. */
  #next: number;
  /** Those that were told of as begun. */
  readonly #begun = new Set<Exchange>();
  /** It listens from the first read to `return`, or to the end of the gateway: an answer to HEAD is never read. */
  #hasSaidHello = false;
  #isOver = false;
  #spokeAt: number;
  #wake: (() => void) | undefined;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly asked: LiveQuery,
    private readonly context: AdminContext,
  ) {
    this.#matches = matcherOf(asked.query);
    this.#next = context.recent.records.next;
    this.#spokeAt = context.clock.now();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    while (!this.#isOver && !this.context.isDraining()) {
      const text = this.#hasSaidHello ? this.#batch() : this.#hello();
      if (text !== undefined) {
        this.#spokeAt = this.context.clock.now();
        return { done: false, value: text };
      }
      await this.#tick();
    }
    return this.return();
  }

  return(): Promise<IteratorResult<string, undefined>> {
    if (!this.#isOver && this.#hasSaidHello) this.context.live.leave();
    this.#isOver = true;
    this.#begun.clear();
    this.#cancel?.();
    this.#wake?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  #tick(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#cancel = this.context.clock.after(TICK_MS, resolve);
    });
  }

  #hello(): string {
    this.#hasSaidHello = true;
    this.context.live.enter();
    const { records } = this.context.recent;
    const resumed = this.#resumedAt();
    const rows: string[] = [];
    if (resumed !== undefined) this.#next = resumed;
    else
      for (const [number, record] of records.newest()) {
        if (rows.length === MOST_AT_FIRST) break;
        if (this.#matches(record)) rows.push(this.context.live.jsonOf(number, record));
      }
    const underWay = JSON.stringify(this.#newlyBegun());
    return `retry: 2000\n${this.#id()}event: hello\ndata: {"rows":[${rows.join(',')}],"under_way":${underWay}}\n\n`;
  }

  /** Undefined: there is nothing to say yet. */
  #batch(): string | undefined {
    const { rows, dropped } = this.#ended();
    const gone = this.#gone();
    const begun = this.#newlyBegun();
    if (rows.length === 0 && dropped === 0 && gone.length === 0 && begun.length === 0) {
      const isSilent = this.context.clock.now() - this.#spokeAt >= HEARTBEAT_MS;
      return isSilent ? ': still here\n\n' : undefined;
    }
    const lists = `"begun":${JSON.stringify(begun)},"ended":[${rows.join(',')}],"gone":${JSON.stringify(gone)}`;
    return `${this.#id()}event: batch\ndata: {${lists},"dropped":${dropped}}\n\n`;
  }

  #ended(): { readonly rows: string[]; readonly dropped: number } {
    const { records } = this.context.recent;
    // What is not kept any more may have matched or not.
    let dropped = Math.max(0, records.first - this.#next);
    const found: (readonly [number, ExchangeRecord])[] = [];
    for (let number = Math.max(this.#next, records.first); number < records.next; number++) {
      const record = records.at(number);
      if (record !== undefined && this.#matches(record)) found.push([number, record]);
    }
    this.#next = records.next;
    // The newest say the most.
    dropped += Math.max(0, found.length - MOST_ROWS);
    return {
      rows: found.slice(-MOST_ROWS).map(([number, record]) => this.context.live.jsonOf(number, record)),
      dropped,
    };
  }

  #gone(): string[] {
    const gone: string[] = [];
    for (const exchange of this.#begun) {
      if (!exchange.closed) continue;
      this.#begun.delete(exchange);
      gone.push(exchange.traceId);
    }
    return gone;
  }

  #newlyBegun(): LiveBegun[] {
    const begun: LiveBegun[] = [];
    for (const exchange of this.context.underWay()) {
      if (begun.length + this.#begun.size >= MOST_BEGUN) break;
      if (this.#begun.has(exchange) || exchange.closed || !this.#mayMatch(exchange)) continue;
      this.#begun.add(exchange);
      begun.push(begunJson(exchange));
    }
    return begun;
  }

  /** Of what is under way only that is known which it was asked for with. */
  #mayMatch({ asked, askedName, caller, stream, traceId }: Exchange): boolean {
    if (askedName === undefined) return false;
    const { query } = this.asked;
    const fits = (wanted: readonly (string | null)[] | undefined, own: string | undefined): boolean =>
      wanted === undefined || wanted.includes(own ?? null);
    return (
      fits(query.caller, caller?.name) &&
      fits(query.team, caller?.team?.name) &&
      fits(query.alias, asked?.alias.name) &&
      (query.stream === undefined || query.stream === stream) &&
      (query.traceId === undefined || query.traceId === traceId)
    );
  }

  #id(): string {
    return `id: ${epochOf(this.context)}-${this.#next}\n`;
  }

  /** Where a connection goes on that was lost; undefined: it begins anew, for this is another process, or too much was missed. */
  #resumedAt(): number | undefined {
    const { records } = this.context.recent;
    const [epoch, number] = (this.asked.lastEventId ?? '').split('-');
    const at = Number(number);
    if (epoch !== epochOf(this.context) || !Number.isSafeInteger(at)) return undefined;
    return at < records.first || at > records.next ? undefined : at;
  }
}

/** Numbers of records begin anew with each process. */
function epochOf({ recent }: AdminContext): string {
  return recent.startedAt.toString(36);
}

function begunJson({ traceId, startedAtWall, caller, askedName, stream, endpoint }: Exchange): LiveBegun {
  return {
    trace_id: traceId,
    started_at: new Date(startedAtWall).toISOString(),
    caller: caller?.name ?? null,
    team: caller?.team?.name ?? null,
    alias: askedName ?? null,
    stream,
    client_dialect: endpoint?.protocol ?? null,
  };
}
