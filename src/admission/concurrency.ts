import type { Availability } from '../core/availability.ts';
import type { BackendLive } from '../core/backend-live.ts';
import type { Aborted } from '../core/failure.ts';
import { Lease } from '../core/lease.ts';
import { Refusal } from '../core/refusal.ts';
import type { Clock } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';

/** How many requests may run and wait. */
export interface ConcurrencySettings {
  /** `Infinity` where only backends have limits. */
  readonly maxRequests: number;
  readonly maxQueueSize: number;
  /** Milliseconds; `Infinity` to wait for as long as the exchange may take. */
  readonly queueTimeoutMs: number;
  readonly overflow: 'reject' | 'drop_oldest';
}

/** A request that asks for its turn. */
export interface Applicant {
  /** Monotonic milliseconds after which a turn is of no use. */
  readonly deadlineAt: number;
  /** Where it could be sent as things stand; asked again whenever something has changed. */
  availability(): Availability;
  /** Calls `listener` if the request is aborted while it waits; returns what takes that back. */
  onAbort(listener: (reason: Aborted) => void): () => void;
}

/** What an applicant gets: its place among those that run, and a backend where a slot is kept for it, if it waited for one. */
export interface Turn {
  readonly place: Lease;
  readonly kept: BackendLive | undefined;
}

interface Waiter {
  readonly applicant: Applicant;
  /** It has a place already and waits for a backend alone. */
  readonly placed: boolean;
  /** When it came, in monotonic milliseconds. */
  readonly since: number;
  cancelTimer(): void;
  settle(outcome: Turn | Refusal): void;
}

/** Cooldowns end and backends come back without an event: so often those that wait are looked at all the same. */
const LOOK_EVERY_MS = 250;

/**
 * The places of requests that run at once, and the one queue, first in first out, of those that wait: for a place, or
 * for room at one of their backends. Who waits for a backend holds no place, so that one full backend does not stop the
 * traffic of the others. Counts outlive reloads.
 */
export class Concurrency {
  #settings: ConcurrencySettings;
  #running = 0;
  readonly #queue = new Set<Waiter>();
  /** Waiters that have a place already. */
  #placedWaiters = 0;
  #isLooking = false;

  constructor(
    private readonly clock: Clock,
    settings: ConcurrencySettings,
  ) {
    this.#settings = settings;
  }

  /** Requests that have a place. */
  get running(): number {
    return this.#running;
  }

  /** Requests in the queue. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Lets new settings count from now on, for those that wait as well. */
  configure(settings: ConcurrencySettings): void {
    this.#settings = settings;
    this.#callAll();
    for (const waiter of this.#queue) this.#setTimer(waiter);
  }

  /** Gives the applicant its turn: at once where that is possible, else when it comes. Throws or rejects with a Refusal if it does not. */
  enter(applicant: Applicant): Turn | Promise<Turn> {
    if (this.#running < this.#settings.maxRequests && applicant.availability() !== 'full')
      return this.#place(undefined);
    return this.#wait(applicant, false);
  }

  /** For one that has a place and finds all backends that are left to it full: waits until one has room, and keeps it. */
  async waitForBackend(applicant: Applicant): Promise<BackendLive | undefined> {
    return (await this.#wait(applicant, true)).kept;
  }

  /** To be told when a full backend has room again. */
  readonly hasRoom = (): void => {
    if (this.#queue.size > 0) this.#callNext();
  };

  #place(kept: BackendLive | undefined): Turn {
    this.#running++;
    return { place: new Lease(this.#leave), kept };
  }

  readonly #leave = (): void => {
    // While there are places, nobody waits for one: then those that wait for a backend need not be looked through.
    const wereScarce = this.#running >= this.#settings.maxRequests;
    this.#running--;
    if (wereScarce && this.#queue.size > 0) this.#callNext();
  };

  #wait(applicant: Applicant, placed: boolean): Promise<Turn> {
    this.#makeRoomInQueue();
    const { promise, resolve, reject } = Promise.withResolvers<Turn>();
    let stopListening = (): void => undefined;
    const waiter: Waiter = {
      applicant,
      placed,
      since: this.clock.now(),
      cancelTimer: () => undefined,
      settle: (outcome) => {
        if (!this.#queue.delete(waiter)) return;
        if (placed) this.#placedWaiters--;
        waiter.cancelTimer();
        stopListening();
        if (outcome instanceof Refusal) reject(outcome);
        else resolve(outcome);
      },
    };
    this.#setTimer(waiter);
    this.#queue.add(waiter);
    if (placed) this.#placedWaiters++;
    stopListening = applicant.onAbort((reason) => waiter.settle(ended(reason)));
    this.#look();
    return promise;
  }

  #setTimer(waiter: Waiter): void {
    waiter.cancelTimer();
    const { queueTimeoutMs } = this.#settings;
    const { applicant, since } = waiter;
    const dueAt = Math.min(applicant.deadlineAt, since + queueTimeoutMs);
    if (dueAt === Infinity) return;
    waiter.cancelTimer = this.clock.after(Math.max(0, dueAt - this.clock.now()), () =>
      waiter.settle(dueAt < since + queueTimeoutMs ? pastDeadline() : waitedTooLong(queueTimeoutMs)),
    );
  }

  #makeRoomInQueue(): void {
    const { maxQueueSize, overflow } = this.#settings;
    while (this.#queue.size >= maxQueueSize) {
      const [oldest] = this.#queue;
      if (overflow === 'reject' || oldest === undefined) throw queueFull(maxQueueSize);
      oldest.settle(queueFull(maxQueueSize));
    }
  }

  /** Gives what has become free to the first in the queue who can use it; false if nobody can. */
  #callNext(): boolean {
    const noPlaces = this.#running >= this.#settings.maxRequests;
    if (noPlaces && this.#placedWaiters === 0) return false;
    for (const waiter of this.#queue) {
      if (noPlaces && !waiter.placed) continue;
      const availability = waiter.applicant.availability();
      if (availability === 'full') continue;
      availability?.keep();
      waiter.settle(waiter.placed ? { place: NO_PLACE, kept: availability } : this.#place(availability));
      return true;
    }
    return false;
  }

  #callAll(): void {
    while (this.#queue.size > 0 && this.#callNext());
  }

  #look(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.clock.after(LOOK_EVERY_MS, () => {
      this.#isLooking = false;
      this.#callAll();
      if (this.#queue.size > 0) this.#look();
    });
  }
}

/** For those that have a place already. */
const NO_PLACE = new Lease(() => undefined);

function queueFull(size: number): Refusal {
  return new Refusal(
    'queue_full',
    size === 0
      ? 'As many requests as are allowed run already, and none may wait. Try again in a moment.'
      : `As many requests as are allowed run already, and ${size} wait: the queue is full. Try again in a moment.`,
    { ...RETRY_SOON, detail: `concurrency.max_queue_size ${size}` },
  );
}

function waitedTooLong(ms: number): Refusal {
  return new Refusal(
    'queue_timeout',
    `The request waited ${ms / 1000} s for its turn, which is as long as it may. Try again in a moment.`,
    { ...RETRY_SOON, detail: `concurrency.queue_timeout ${formatDuration(ms)}` },
  );
}

function pastDeadline(): Refusal {
  return new Refusal('total_timeout', 'The request waited in the queue until its total_timeout was over.', {
    detail: 'all of it in the queue',
  });
}

/** The client is gone and reads nothing, or the gateway stops. */
function ended({ kind }: Aborted): Refusal {
  if (kind === 'client_gone') return new Refusal('client_closed_request', 'The client left while the request waited.');
  return kind === 'shutting_down'
    ? new Refusal('shutting_down', 'The gateway is shutting down. Send the request again.', RETRY_SOON)
    : pastDeadline();
}

const RETRY_SOON = { headers: { 'retry-after': '1' } };
