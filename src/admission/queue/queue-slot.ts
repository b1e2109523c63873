import { AdmissionLease } from '../../core/admission-lease.ts';
import type { Availability } from '../../core/availability.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Aborted } from '../../core/failure.ts';
import type { NamedAlias } from '../../core/route.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Policy } from '../policy.ts';
import { Grant } from './queue.ts';
import type { QueuedRequest } from './queue.ts';
import { availabilityFor } from '../../routing/untried.ts';
import type { Context } from '../../context.ts';

/**
 * A slot among the requests that run at once, now or when one is free.
 */
export const queuePolicy: Policy = {
  name: 'queue',
  isForBackends: true,
  admit(exchange: Exchange, context: Context) {
    if (!needsSlot(exchange)) return undefined;
    exchange.waits.reachQueue();
    const grant = context.queue.enter(new QueuedExchange(exchange.asked, exchange, context));
    return grant instanceof Promise ? queued(grant, exchange, context) : grant;
  },
  levels(exchange: Exchange, context: Context) {
    if (!needsSlot(exchange)) return [];
    return context.queue.levels(new QueuedExchange(exchange.asked, exchange, context).availability() === 'full');
  },
  adopt(exchange: Exchange, { queue }: Context) {
    return !needsSlot(exchange) || holdsSlot(exchange) ? undefined : queue.adopt();
  },
};

/** What is asked of a model does, and what the table of endpoints says. */
export function needsSlot({ asked, endpoint }: Pick<Exchange, 'asked' | 'endpoint'>): boolean {
  return asked !== undefined || endpoint?.limits === 'queue';
}

/** With all backends that are left full: waits for room at one, where a slot is then reserved for the exchange; false if none came. */
export async function waitForRoom(asked: NamedAlias, exchange: Exchange, context: Context): Promise<boolean> {
  const waitedFrom = context.clock.now();
  try {
    exchange.attempts.reserve(await context.queue.waitForBackend(new QueuedExchange(asked, exchange, context)));
    if (exchange.closed) exchange.attempts.releaseReserved();
    return exchange.attempts.reserved !== undefined;
  } catch (error) {
    // What the tries so far came to tells the client more than that it would have had to wait.
    if (error instanceof Refusal) return false;
    throw error;
  } finally {
    countWait('room', waitedFrom, exchange, context);
  }
}

async function queued(granted: Promise<Grant>, exchange: Exchange, context: Context): Promise<AdmissionLease> {
  const waitedFrom = context.clock.now();
  try {
    return new WaitedSlot(await granted, exchange);
  } finally {
    countWait('slot', waitedFrom, exchange, context);
  }
}

function countWait(waitedFor: 'slot' | 'room', from: number, exchange: Exchange, { clock }: Context): void {
  const wait = { fromMs: from - exchange.startedAt, ms: clock.now() - from };
  exchange.waits.addQueued(wait);
  exchange.waits.note({ for: waitedFor, atMs: wait.fromMs, ms: wait.ms });
}

/** Whether it has waited for its slot or got it at once; limits may have been off and on again since. */
function holdsSlot({ leases }: Exchange): boolean {
  return leases.some((lease) => lease instanceof Grant || lease instanceof WaitedSlot);
}

/** The grant of an exchange that has waited, and the slot at a backend that is reserved for its first attempt. */
class WaitedSlot extends AdmissionLease {
  constructor(
    private readonly grant: Grant,
    private readonly exchange: Exchange,
  ) {
    super();
    exchange.attempts.reserve(grant.reserved);
  }

  protected override onSettled(): void {
    this.exchange.attempts.releaseReserved();
    this.grant.settle(undefined);
  }
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
