import { Bag } from './bag.ts';
import type { BagItem } from './bag.ts';
import type { Clock } from './clock.ts';

/** Alarms that are due later than this have no timer of their own yet. */
const ROUND_MS = 1000;

/** Whoever an alarm rings for. An object, for a function would be made for each of very many. */
export interface Sleeper {
  onAlarm(): void;
}

/**
 * A timer that is cheap to set and to postpone. Work in progress moves its deadline with every byte; here that is a
 * number written. What is far off is looked at once a second, together with all else that is: most work is over sooner.
 */
export class Alarm implements BagItem {
  /** Its place among those that are far off. */
  slot = -1;
  /** When it is to ring, in the clock's monotonic milliseconds; `Infinity`: not at all. */
  #dueAt = Infinity;
  /** When it is looked at next. */
  #looksAt = Infinity;
  #cancel: (() => void) | undefined;
  readonly #rounds: Rounds;

  constructor(
    private readonly clock: Clock,
    private readonly sleeper: Sleeper,
  ) {
    this.#rounds = roundsOf(clock);
  }

  /** Sets, postpones or (for an earlier time) brings forward. It rings once, at the time set last. */
  setAt(dueAt: number): void {
    this.#dueAt = dueAt;
    if (dueAt < this.#looksAt) this.#arm();
  }

  clear(): void {
    this.#dueAt = Infinity;
    this.#disarm();
  }

  /** Rings if it is time, else waits on. */
  look(): void {
    this.#disarm();
    if (this.#dueAt === Infinity) return;
    if (this.clock.now() < this.#dueAt) {
      this.#arm();
      return;
    }
    this.#dueAt = Infinity;
    this.sleeper.onAlarm();
  }

  #arm(): void {
    this.#disarm();
    const now = this.clock.now();
    if (this.#dueAt > now + ROUND_MS) {
      this.#looksAt = this.#rounds.join(this, now);
    } else {
      this.#looksAt = this.#dueAt;
      this.#cancel = this.clock.after(Math.max(0, this.#dueAt - now), () => this.look());
    }
  }

  #disarm(): void {
    this.#looksAt = Infinity;
    if (this.slot !== -1) this.#rounds.leave(this);
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

/** The alarms of a clock that are far off, and the one timer that looks at them. */
class Rounds {
  readonly #alarms = new Bag<Alarm>();
  #nextAt: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** Returns when the alarm will be looked at. */
  join(alarm: Alarm, now: number): number {
    this.#alarms.add(alarm);
    if (this.#nextAt === undefined) {
      this.#nextAt = now + ROUND_MS;
      this.clock.after(ROUND_MS, this.#look);
    }
    return this.#nextAt;
  }

  leave(alarm: Alarm): void {
    this.#alarms.delete(alarm);
  }

  readonly #look = (): void => {
    this.#nextAt = undefined;
    // One that was cleared when another rang has no time set any more.
    for (const alarm of this.#alarms.all()) alarm.look();
  };
}

const rounds = new WeakMap<Clock, Rounds>();

function roundsOf(clock: Clock): Rounds {
  let found = rounds.get(clock);
  if (found === undefined) rounds.set(clock, (found = new Rounds(clock)));
  return found;
}
