import type { Availability } from '../core/availability.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Aborted } from '../core/failure.ts';
import type { NamedAlias } from '../core/route.ts';
import { Refusal } from '../core/refusal.ts';
import type { QueuedRequest, Grant } from './queue.ts';
import { availabilityFor } from '../routing/untried.ts';
import type { Context } from '../context.ts';
import { deadlineOf } from '../routing/deadline.ts';

/** Lets the exchange run, now or once it has waited for a slot. Throws or rejects with a Refusal if it gets none. */
export function takeSlot(exchange: Exchange, context: Context): void | Promise<void> {
  exchange.queueMs = 0;
  exchange.deadlineAt = deadlineOf(exchange, context.snapshot.totalMs);
  const grant = context.queue.enter(new QueuedExchange(exchange.asked, exchange, context));
  if (!(grant instanceof Promise)) {
    exchange.queueSlot = grant.slot;
    return;
  }
  return queued(grant, exchange, context);
}

/** With all backends that are left full: waits for room at one, which is then kept for the exchange; false if none came. */
export async function waitForRoom(asked: NamedAlias, exchange: Exchange, context: Context): Promise<boolean> {
  const waitedFrom = context.clock.now();
  try {
    exchange.kept = await context.queue.waitForBackend(new QueuedExchange(asked, exchange, context));
    if (exchange.closed) exchange.release();
    return exchange.kept !== undefined;
  } catch (error) {
    // What the tries so far came to tells the client more than that it would have had to wait.
    if (error instanceof Refusal) return false;
    throw error;
  } finally {
    countWait(waitedFrom, exchange, context);
  }
}

async function queued(grant: Promise<Grant>, exchange: Exchange, context: Context): Promise<void> {
  const waitedFrom = context.clock.now();
  try {
    const { slot, kept } = await grant;
    exchange.queueSlot = slot;
    exchange.kept = kept;
    // The client left in the very moment of its grant.
    if (exchange.closed) exchange.release();
  } finally {
    countWait(waitedFrom, exchange, context);
  }
}

function countWait(from: number, exchange: Exchange, { clock }: Context): void {
  const ms = clock.now() - from;
  exchange.queueMs = (exchange.queueMs ?? 0) + ms;
  exchange.elsewhereMs += ms;
}

/** An exchange as the queue sees it. */
class QueuedExchange implements QueuedRequest {
  constructor(
    private readonly asked: NamedAlias | undefined,
    private readonly exchange: Exchange,
    private readonly context: Context,
  ) {}

  get deadlineAt(): number {
    return this.exchange.deadlineAt;
  }

  availability(): Availability {
    const { asked, exchange, context } = this;
    if (asked !== undefined) return availabilityFor(asked, exchange, context);
    // What is passed through has one backend.
    const live = context.snapshot.backends.get(exchange.pinned ?? '')?.live;
    return live?.isFull === true ? 'full' : live;
  }

  onAbort(listener: (reason: Aborted) => void): () => void {
    return this.exchange.onAbort(listener);
  }
}
