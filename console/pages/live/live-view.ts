import { signal } from '@preact/signals';
import type { ApiError, Query } from '../../lib/api.ts';
import { followEvents } from '../../lib/event-stream.ts';
import { LiveList, type LiveBatch, type LiveHello } from './live-list.ts';
import { Rate } from './rate.ts';
import type { RowPainter } from './row-painter.ts';

/** Filters that nobody can tell of a request that has just begun. */
const KNOWN_AT_START: ReadonlySet<string> = new Set(['caller', 'team', 'alias', 'stream', 'trace_id']);
const SECOND_MS = 1000;

/** What the line above the list says. */
interface LiveFigures {
  readonly rate: number;
  readonly underWay: number;
  readonly waiting: number;
  readonly dropped: number;
  readonly shown: number;
}

const NONE: LiveFigures = { rate: 0, underWay: 0, waiting: 0, dropped: 0, shown: 0 };

/** The live view of one search: reads the stream, and paints once a frame at most what has changed. */
export class LiveView {
  readonly figures = signal(NONE);
  readonly state = signal<'connecting' | 'open' | 'lost'>('connecting');
  readonly error = signal<ApiError | undefined>(undefined);
  /** By the button. */
  readonly isPaused = signal(false);
  /** By the pointer, the focus or scrolling. */
  readonly isHeld = signal(false);
  readonly #list: LiveList;
  readonly #rate = new Rate(performance.now());
  #dropped = 0;
  #frame: number | undefined;
  #painter: RowPainter | undefined;

  constructor(private readonly query: Query) {
    this.#list = new LiveList(Object.keys(query).every((name) => KNOWN_AT_START.has(name)));
  }

  /** Begins; what it returns ends it. */
  start(painter: RowPainter): () => void {
    const leave = new AbortController();
    this.#painter = painter;
    void followEvents(
      '/admin/live',
      this.query,
      {
        onOpen: () => {
          this.state.value = 'open';
          this.error.value = undefined;
        },
        onEvent: ({ name, data }) => this.#take(name, data),
        onLost: (error) => {
          this.state.value = 'lost';
          this.error.value = error;
        },
      },
      leave.signal,
    );
    // The rate falls, and the time of what is under way grows, when nothing comes.
    const timer = setInterval(() => this.#tick(), SECOND_MS);
    return () => {
      leave.abort();
      clearInterval(timer);
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    };
  }

  /** Whether new rows wait; told by the button and by what the reader does in the list. */
  hold(change: { readonly paused?: boolean; readonly held?: boolean }): void {
    if (change.paused !== undefined) this.isPaused.value = change.paused;
    if (change.held !== undefined) this.isHeld.value = change.held;
    this.#list.isHeld = this.isPaused.value || this.isHeld.value;
    if (!this.#list.isHeld) this.#list.release();
    this.repaint();
  }

  repaint(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#painter?.paint(this.#list.shown, Date.now());
      this.#tell();
    });
  }

  /** The language or the zone has changed. */
  rewrite(): void {
    this.#painter?.forget(this.#list.shown);
    this.repaint();
  }

  #take(name: string, data: string): void {
    if (name === 'hello') this.#list.hello(JSON.parse(data) as LiveHello);
    else if (name === 'batch') {
      const batch = JSON.parse(data) as LiveBatch;
      this.#list.batch(batch);
      this.#dropped += batch.dropped;
      this.#rate.add(batch.ended.length + batch.dropped, performance.now());
    }
    this.repaint();
  }

  #tick(): void {
    if (this.#list.underWay > 0) this.repaint();
    this.#tell();
  }

  /** Numbers of one line: a component of its own follows them. */
  #tell(): void {
    const { shown, waiting, underWay } = this.#list;
    const rate = Math.round(this.#rate.perSecond(performance.now()) * 10) / 10;
    const next = { rate, underWay, waiting, dropped: this.#dropped, shown: shown.length };
    const now = this.figures.peek();
    const isSame = Object.entries(next).every(([name, value]) => now[name as keyof LiveFigures] === value);
    if (!isSame) this.figures.value = next;
  }
}
