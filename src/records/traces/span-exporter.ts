import type { TraceDestination } from '../../core/trace-settings.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Batch } from './batch.ts';
import type { SendResult, SendSpans } from './send-spans.ts';
import { spanBytes, type Span } from './span.ts';

/** What becomes of spans: they are taken, lost for want of room or time, or not taken. */
export const RESULTS = ['sent', 'dropped', 'refused'] as const;

/** One of them. */
export type SpanResult = (typeof RESULTS)[number];

/** Who is told how it goes with a destination. Each trouble is told once, and its end. */
export interface ExportEvents {
  /** It takes nothing for now: spans wait, and are dropped when too many do. */
  failing(destination: TraceDestination, cause: string): void;
  /** It takes nothing of this kind, or not all. */
  refusing(destination: TraceDestination, cause: string): void;
  recovered(destination: TraceDestination, lostSpans: number): void;
}

/** What an exporter is made with. */
export interface ExporterTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly send: SendSpans;
  readonly events: ExportEvents;
  /** Who says what is sent. */
  readonly origin: Omit<Batch, 'spans'>;
}

const BATCH_SPANS = 512;
const BATCH_BYTES = 2 * 1024 * 1024;
/** What does not fill a batch is sent after so long. */
const DELAY_MS = 1000;
const MOST_SPANS = 8192;
const MOST_BYTES = 32 * 1024 * 1024;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A batch that was sent so often for nothing is given up: others may be taken. */
const MOST_TRIES = 12;

/** Spans on their way to one destination: batched, bounded, sent one batch after another. Nobody waits for it. */
export class SpanExporter {
  /** How many spans had each result. */
  readonly counts: Record<SpanResult, number> = { sent: 0, dropped: 0, refused: 0 };
  /** Why it takes nothing just now; undefined: it does. */
  trouble: string | undefined;
  readonly #waiting: Span[] = [];
  #bytes = 0;
  #lostInTrouble = 0;
  #isClosing = false;
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #endPause: (() => void) | undefined;
  readonly #ended = new AbortController();

  constructor(
    readonly destination: TraceDestination,
    private readonly tools: ExporterTools,
  ) {}

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes the spans of one exchange, or drops them all where there is no room. */
  add(spans: readonly Span[]): void {
    const bytes = spans.reduce((sum, span) => sum + spanBytes(span), 0);
    if (this.#isClosing || this.#waiting.length + spans.length > MOST_SPANS || this.#bytes + bytes > MOST_BYTES) {
      this.#lose(spans.length, 'dropped');
      return;
    }
    this.#waiting.push(...spans);
    this.#bytes += bytes;
    if (this.#waiting.length >= BATCH_SPANS || this.#bytes >= BATCH_BYTES) this.#run();
    else if (this.#running === undefined)
      this.#cancelTimer ??= this.tools.clock.after(DELAY_MS, () => {
        this.#cancelTimer = undefined;
        this.#run();
      });
  }

  /** Sends what waits, each batch once, and gives up after `ms`. */
  async close(ms: number): Promise<void> {
    this.#isClosing = true;
    this.#endPause?.();
    const cancel = this.tools.clock.after(ms, () => this.#ended.abort());
    this.#run();
    await this.#running;
    cancel();
  }

  #run(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#running ??= this.#sendAll().finally(() => {
      this.#running = undefined;
    });
  }

  /** All that there is, and what comes meanwhile. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#sendBatch(this.#nextBatch());
  }

  #nextBatch(): Span[] {
    let [count, bytes] = [0, 0];
    for (const span of this.#waiting) {
      const size = spanBytes(span);
      if (count > 0 && (count >= BATCH_SPANS || bytes + size > BATCH_BYTES)) break;
      count++;
      bytes += size;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  async #sendBatch(spans: readonly Span[]): Promise<void> {
    const { send, origin } = this.tools;
    for (let tries = 1; ; tries++) {
      if (this.#ended.signal.aborted) break;
      const result = await send({ ...origin, spans }, this.destination, this.#ended.signal);
      if (result.type !== 'later') {
        this.#settle(result, spans.length);
        return;
      }
      this.#fail(result.cause);
      if (this.#isClosing || tries >= MOST_TRIES) break;
      await this.#pause(result.retryAfterMs ?? this.#pauseMs(tries));
    }
    this.#lose(spans.length, 'dropped');
  }

  #settle(result: Exclude<SendResult, { type: 'later' }>, spans: number): void {
    const rejected = result.type === 'refused' ? spans : Math.min(result.rejected, spans);
    this.counts.sent += spans - rejected;
    if (rejected > 0) {
      if (this.trouble === undefined) this.tools.events.refusing(this.destination, result.cause);
      this.trouble = result.cause;
      this.#lose(rejected, 'refused');
    } else if (this.trouble !== undefined) {
      this.trouble = undefined;
      this.tools.events.recovered(this.destination, this.#lostInTrouble);
      this.#lostInTrouble = 0;
    }
  }

  #fail(cause: string): void {
    if (this.trouble === undefined) this.tools.events.failing(this.destination, cause);
    this.trouble = cause;
  }

  #lose(spans: number, how: 'dropped' | 'refused'): void {
    this.counts[how] += spans;
    this.#lostInTrouble += spans;
  }

  /** Between half and all of a time that doubles, so that gateways do not come back all at once. */
  #pauseMs(tries: number): number {
    const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    return most * (0.5 + this.tools.random() / 2);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#endPause = undefined;
        resolve();
      };
      const cancel = this.tools.clock.after(Math.min(ms, LONGEST_PAUSE_MS * 2), end);
      this.#endPause = end;
    });
  }
}
