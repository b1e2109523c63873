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
/** So many are being delivered at a time: one that pauses until its next try is none of them. */
const MOST_AT_ONCE = 8;
/** With the pauses between, one is tried for about half an hour. */
const MOST_TRIES = 12;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** What became of one try. `isTold`: it needs no other. */
type Outcome = { readonly isTold: true } | { readonly isTold: false; readonly why: string };

/**
 * Alerts on their way to the webhook, each on its own and tried again until it is taken: one that is refused holds up no
 * others. No request waits for any.
 */
export class AlertQueue {
  /** Undefined: nobody is told. */
  target: AlertTarget | undefined;
  /** Undefined: nobody does. */
  memory: AlertMemory | undefined;
  /** By their ids: no alert is on its way twice. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** Those that are next when one of the deliveries is over. */
  readonly #next: (() => void)[] = [];
  #delivering = 0;
  readonly #ended = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly send: SendAlert,
    private readonly events: AlertEvents,
  ) {}

  /** How many wait, for their turn or for another try. */
  get waiting(): number {
    return this.#underWay.size - this.#delivering;
  }

  add(alert: Alert): void {
    if (this.target === undefined || this.#ended.signal.aborted || this.#underWay.has(alert.id)) return;
    if (this.waiting >= MOST_WAITING) {
      this.events.failed(alert, 'queue_full');
      return;
    }
    this.#underWay.set(
      alert.id,
      this.#tell(alert).finally(() => this.#underWay.delete(alert.id)),
    );
  }

  /** Gives up what waits. Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#underWay.values());
  }

  async #tell(alert: Alert): Promise<void> {
    const { signal } = this.#ended;
    let why = 'shutting_down';
    for (let tries = 0; tries < MOST_TRIES && !signal.aborted; tries++) {
      if (tries > 0) await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)));
      const outcome = await this.#inTurn(() => this.#deliver(alert));
      if (outcome.isTold) return;
      ({ why } = outcome);
    }
    this.events.failed(alert, why);
  }

  /** Does it as soon as fewer than MOST_AT_ONCE others are under way. */
  async #inTurn(deliver: () => Promise<Outcome>): Promise<Outcome> {
    if (this.#delivering < MOST_AT_ONCE) this.#delivering++;
    else await new Promise<void>((resolve) => this.#next.push(resolve));
    try {
      return await deliver();
    } finally {
      // Whoever is next takes over the place.
      const next = this.#next.shift();
      if (next === undefined) this.#delivering--;
      else next();
    }
  }

  async #deliver(alert: Alert): Promise<Outcome> {
    if (this.#ended.signal.aborted) return { isTold: false, why: 'shutting_down' };
    // Another node may have told it, also since the last try.
    if ((await this.memory?.isTold(alert)) === true) return { isTold: true };
    // A reload may have turned them off.
    if (this.target === undefined) return { isTold: true };
    const why = await this.send(alert, this.target, this.#ended.signal);
    if (why !== undefined) return { isTold: false, why };
    this.events.sent(alert);
    await this.memory?.noteTold(alert);
    return { isTold: true };
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
