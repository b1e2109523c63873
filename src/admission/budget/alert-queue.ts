import type { Clock } from '../../lib/clock.ts';
import type { Alert } from './alert.ts';

/** Where alerts go. */
export interface AlertTarget {
  readonly url: string;
  /** Undefined: they are not signed. */
  readonly secret: string | undefined;
}

/** Sends one alert; resolves to why it was not taken, or to undefined. Does not reject. */
export type SendAlert = (alert: Alert, target: AlertTarget, signal: AbortSignal) => Promise<string | undefined>;

/** Who is told how it goes. */
export interface AlertEvents {
  sent(alert: Alert): void;
  /** It is given up. */
  failed(alert: Alert, why: string): void;
}

/** Who remembers which alerts were told, whatever becomes of this process. */
export interface AlertMemory {
  isTold(alert: Alert): Promise<boolean>;
  noteTold(alert: Alert): Promise<void>;
}

/** So many wait at most; of more, the newest are given up. */
const MOST_WAITING = 1000;
/** With the pauses between, one is tried for about half an hour. */
const MOST_TRIES = 12;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** Alerts on their way to the webhook, one at a time, each tried again until it is taken. No request waits for it. */
export class AlertQueue {
  /** Undefined: nobody is told. */
  target: AlertTarget | undefined;
  /** Undefined: nobody does. */
  memory: AlertMemory | undefined;
  readonly #waiting: Alert[] = [];
  readonly #ended = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly send: SendAlert,
    private readonly events: AlertEvents,
  ) {}

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(alert: Alert): void {
    if (this.target === undefined || this.#ended.signal.aborted) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.events.failed(alert, 'queue_full');
      return;
    }
    this.#waiting.push(alert);
    this.#running ??= this.#run();
  }

  /** Gives up what waits. Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let alert = this.#waiting.shift(); alert !== undefined; alert = this.#waiting.shift()) await this.#tell(alert);
    this.#running = undefined;
  }

  async #tell(alert: Alert): Promise<void> {
    if ((await this.memory?.isTold(alert)) === true) return;
    let why = 'shutting_down';
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const { target } = this;
      if (this.#ended.signal.aborted) break;
      // A reload has turned them off.
      if (target === undefined) return;
      const refused = await this.send(alert, target, this.#ended.signal);
      if (refused === undefined) {
        this.events.sent(alert);
        await this.memory?.noteTold(alert);
        return;
      }
      why = refused;
      if (attempt < MOST_TRIES - 1) await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
    }
    this.events.failed(alert, why);
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#ended;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const cancel = this.clock.after(ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
