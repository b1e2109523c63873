import { AdmissionLease } from '../../core/admission-lease.ts';
import type { Availability } from '../../core/availability.ts';
import type { BackendLive } from '../../core/backend-live.ts';
import type { Aborted } from '../../core/failure.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { LimitLevel } from '../policy.ts';

/** How many requests may run and wait. */
export interface QueueSettings {
  /** `Infinity` where only backends have limits. */
  readonly maxRequests: number;
  readonly maxQueueSize: number;
  /** Milliseconds; `Infinity` to wait for as long as the exchange may take. */
  readonly queueTimeoutMs: number;
  readonly overflow: 'reject' | 'drop_oldest';
}

/** A request that asks to run. */
export interface QueuedRequest {
  /** Monotonic milliseconds after which a grant is of no use. */
  readonly deadlineAt: number;
  /** Where it could be sent as things stand; asked again whenever something has changed. */
  availability(): Availability;
  /** Calls `listener` if the request is aborted while it waits; returns what takes that back. */
  onAbort(listener: (reason: Aborted) => void): () => void;
}

/** What a queued request gets: its slot among those that run, until it is settled. */
export class Grant extends AdmissionLease {
  constructor(
    /** A backend where a slot is reserved for the request, if it waited for one. Whoever gets the grant has to let go of it. */
    readonly reserved: BackendLive | undefined,
    protected override readonly onSettled: () => void,
  ) {
    super();
  }
}

interface Waiter {
  readonly request: QueuedRequest;
  /** It has a slot already and waits for a backend alone. */
  readonly hasSlot: boolean;
  /** When it came, in monotonic milliseconds. */
  readonly since: number;
  cancelTimer(): void;
  settle(outcome: Grant | Refusal): void;
}

/** Before the first config. */
const NO_LIMITS: QueueSettings = {
  maxRequests: Infinity,
  maxQueueSize: Infinity,
  queueTimeoutMs: Infinity,
  overflow: 'reject',
};

/** Cooldowns end and backends come back without an event: so often those that wait are looked at all the same. */
const LOOK_EVERY_MS = 250;

/**
 * The slots of requests that run at once, and the one queue, first in first out, of those that wait: for a slot, or
 * for room at one of their backends. Who waits for a backend holds no slot, so that one full backend does not stop the
 * traffic of the others. Counts outlive reloads.
 */
export class RequestQueue {
  #settings: QueueSettings;
  #running = 0;
  readonly #queue = new Set<Waiter>();
  /** Waiters that have a slot already. */
  #waitersWithSlot = 0;
  #isLooking = false;

  constructor(
    private readonly clock: Clock,
    settings = NO_LIMITS,
  ) {
    this.#settings = settings;
  }

  /** Requests that have a slot. */
  get running(): number {
    return this.#running;
  }

  /** One more would have to wait for a slot. */
  get isFull(): boolean {
    return this.#running >= this.#settings.maxRequests;
  }

  /** Requests in the queue. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** How near its limits stand for one more request, which would have to wait (`waits`) where it finds no room. */
  levels(waits: boolean): LimitLevel[] {
    const { maxRequests, maxQueueSize, overflow } = this.#settings;
    const queue = {
      ...levelOf('queue', maxQueueSize, this.#queue.size),
      limit: 'the queue',
      key: 'concurrency.max_queue_size',
      needed: waits || this.isFull ? 1 : 0,
    };
    const isLeft = queue.left >= queue.needed || (overflow === 'drop_oldest' && maxQueueSize > 0);
    const slots = levelOf('concurrency', maxRequests, this.#running);
    return [
      ...(maxRequests === Infinity
        ? []
        : [{ ...slots, limit: 'requests at once', key: 'concurrency.max_requests', needed: 1, refuses: false }]),
      { ...queue, refuses: !isLeft },
    ];
  }

  /** Lets new settings count from now on, for those that wait as well. */
  configure(settings: QueueSettings): void {
    this.#settings = settings;
    this.#callAll();
    for (const waiter of this.#queue) this.#setTimer(waiter);
  }

  /** Grants the request a slot: at once where that is possible, else when one is free. Throws or rejects with a Refusal if none is. */
  enter(request: QueuedRequest): Grant | Promise<Grant> {
    if (this.#running < this.#settings.maxRequests && request.availability() !== 'full') return this.#grant(undefined);
    return this.#wait(request, false);
  }

  /** For one that has a slot and finds all backends that are left to it full: waits until one has room, and reserves a slot there. */
  async waitForBackend(request: QueuedRequest): Promise<BackendLive | undefined> {
    return (await this.#wait(request, true)).reserved;
  }

  /** To be told when a full backend has room again. */
  readonly hasRoom = (): void => {
    if (this.#queue.size > 0) this.#callNext();
  };

  /** Counts a request that runs already, however many may. */
  adopt(): Grant {
    return this.#grant(undefined);
  }

  #grant(reserved: BackendLive | undefined): Grant {
    this.#running++;
    return new Grant(reserved, this.#leave);
  }

  readonly #leave = (): void => {
    // While there are slots, nobody waits for one: then those that wait for a backend need not be looked through.
    const wereScarce = this.#running >= this.#settings.maxRequests;
    this.#running--;
    if (wereScarce && this.#queue.size > 0) this.#callNext();
  };

  #wait(request: QueuedRequest, hasSlot: boolean): Promise<Grant> {
    this.#makeRoomInQueue();
    const { promise, resolve, reject } = Promise.withResolvers<Grant>();
    let stopListening = (): void => undefined;
    const waiter: Waiter = {
      request,
      hasSlot,
      since: this.clock.now(),
      cancelTimer: () => undefined,
      settle: (outcome) => {
        if (!this.#queue.delete(waiter)) return;
        if (hasSlot) this.#waitersWithSlot--;
        waiter.cancelTimer();
        stopListening();
        if (outcome instanceof Refusal) reject(outcome);
        else resolve(outcome);
      },
    };
    this.#setTimer(waiter);
    this.#queue.add(waiter);
    if (hasSlot) this.#waitersWithSlot++;
    stopListening = request.onAbort((reason) => waiter.settle(ended(reason)));
    this.#look();
    return promise;
  }

  #setTimer(waiter: Waiter): void {
    waiter.cancelTimer();
    const { queueTimeoutMs } = this.#settings;
    const { request, since } = waiter;
    const dueAt = Math.min(request.deadlineAt, since + queueTimeoutMs);
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
    const noSlots = this.#running >= this.#settings.maxRequests;
    if (noSlots && this.#waitersWithSlot === 0) return false;
    for (const waiter of this.#queue) {
      if (noSlots && !waiter.hasSlot) continue;
      const availability = waiter.request.availability();
      if (availability === 'full') continue;
      availability?.reserve();
      waiter.settle(waiter.hasSlot ? new Grant(availability, NO_SLOT) : this.#grant(availability));
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

/** A count of requests beside the most that there may be. */
function levelOf(kind: 'queue' | 'concurrency', most: number, count: number) {
  const left = Math.max(0, most - count);
  return { kind, per: undefined, unit: 'requests' as const, most, left, resetMs: undefined };
}

/** For those that have a slot already. */
const NO_SLOT = (): void => undefined;

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
    `The request waited in the queue for ${ms / 1000} s (queue_timeout). Try again in a moment.`,
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
