import { ClientDisconnects } from './core/client-disconnects.ts';
import type { Arrival, Exchange } from './core/exchange.ts';
import { Aborted } from './core/failure.ts';
import { Refusal } from './core/refusal.ts';
import { RequestRoom } from './core/request-room.ts';
import { Bag } from './lib/bag.ts';
import { acceptHead } from './admission/accept.ts';
import {
  admitBody,
  admitCaller,
  identifySession,
  outOfFiles,
  refuseLoop,
  shuttingDown,
  slowedDown,
} from './admission/admit.ts';
import { tooComplex } from './core/body-work.ts';
import type { Context, Unready } from './context.ts';
import { HANDLERS } from './handlers.ts';
import { showsSession } from './admission/session.ts';
import { resolveKept } from './admission/stored-references.ts';
import { needsSlot } from './admission/queue/queue-slot.ts';
import { adoptAdmitted, runPolicies } from './admission/run-policies.ts';
import { emitRefusal } from './delivery/emit.ts';
import { keepBodies } from './records/bodies/keep-bodies.ts';
import { BodyTap } from './records/log/body-tap.ts';
import { logBug } from './records/log-bug.ts';
import type { Policy } from './admission/policy.ts';
import { protocolOf } from './protocols/registry.ts';
import type { Snapshot } from './snapshot.ts';

/** What outlives the snapshots and is the same for all requests. */
export type Tools = Omit<Context, 'snapshot' | 'running' | 'underWay' | 'isDraining'>;

/** Takes requests and gives answers. One for the life of the process; what it works by is swapped with each reload. */
export class Gateway {
  /** The exchanges that are under way. */
  readonly exchanges = new Bag<Exchange>();
  draining = false;
  /** There may be so many exchanges at once: more might take the files that those under way need. */
  readonly room = new RequestRoom();
  readonly #disconnects: ClientDisconnects;
  #context: Context;

  constructor(
    snapshot: Snapshot,
    readonly tools: Tools,
    private readonly handlers: typeof HANDLERS = HANDLERS,
  ) {
    this.#context = this.#contextOf(snapshot);
    this.#disconnects = new ClientDisconnects(tools.clock);
  }

  get snapshot(): Snapshot {
    return this.#context.snapshot;
  }

  /** What requests that begin now work with. */
  get context(): Context {
    return this.#context;
  }

  /** Why no load balancer should send anything here; undefined: it should. */
  get unready(): Unready | undefined {
    if (this.draining) return 'draining';
    return this.snapshot.backends.values().some(({ live }) => !live.dead && !live.draining) ? undefined : 'no_backend';
  }

  /** Whether one more request would be let in. */
  get accepting(): boolean {
    return !this.draining && this.room.isThere(this.exchanges.size);
  }

  /** Lets new requests work by `snapshot`; those under way end on what they began with. */
  use(snapshot: Snapshot): void {
    const { policies: before } = this.snapshot;
    this.#context = this.#contextOf(snapshot);
    const added = snapshot.policies.filter((policy) => !before.includes(policy));
    adoptAdmitted(added, this.exchanges.all(), this.#context);
  }

  /**
   * A request's way, from its first byte to the response. The response's body may still be under way when it returns.
   * Undefined: the request has become a connection of its own, as its `upgrade` has it.
   */
  async handle(arrival: Arrival): Promise<Response | undefined> {
    const context = this.#context;
    const protocol = protocolOf(arrival.protocol);
    const exchange = acceptHead(arrival, context, this.#onFinished); //                      1. a request is an exchange
    this.#track(exchange, context);
    try {
      if (arrival.objection !== undefined) throw arrival.objection;
      refuseLoop(exchange, context);
      if (showsSession(exchange)) await identifySession(exchange, context);
      if (this.draining) throw shuttingDown();
      const { handler, limits } = admitCaller(exchange, arrival, protocol, context); // 2. who may come in, and where
      const { accept, answer, hasLinks } = this.handlers[handler];
      if (accept !== undefined) {
        if (!this.room.isThere(this.exchanges.size - 1)) throw outOfFiles();
        admitBody(this.#met(hasLinks), exchange, context);
        try {
          await accept(exchange, context); //                                3. what is asked for, and of which alias
        } finally {
          keepBodies(exchange, context);
        }
        context.rehearsals.meet(exchange);
        resolveKept(exchange, protocol, context);
      }
      context.snapshot.tracing?.note(exchange);
      // Limits count as they are now, whatever they were when the request began.
      const met = this.#met(hasLinks);
      const areAll = met === this.snapshot.policies;
      const admitted = limits === 'none' ? undefined : runPolicies(met, exchange, context, areAll); // 4. when it may go on
      return await answer(admitted, exchange, protocol, context); //         5. the answer, or why there is none
    } catch (error) {
      const refusal = slowedDown(refusalFor(error, exchange, context), exchange, context);
      return emitRefusal(refusal, exchange, protocol, context);
    } //                                                                     6. finish: with the last byte, by emit
  }

  /** The policies that a request meets at once; where links may answer, the others are met before a backend is asked. */
  #met(hasLinks: true | undefined): readonly Policy[] {
    return hasLinks === true ? this.snapshot.policiesAtEntry : this.snapshot.policies;
  }

  /** Ends what is under way, each with an error in its client's dialect. */
  abortAll(): void {
    for (const exchange of this.exchanges.all()) exchange.abort(new Aborted('shutting_down'));
  }

  #track(exchange: Exchange, { snapshot }: Context): void {
    if (snapshot.logsBodies) exchange.delivery.addTap(new BodyTap(exchange, this.tools.log));
    this.exchanges.add(exchange);
    this.#disconnects.watch(exchange);
  }

  readonly #onFinished = (exchange: Exchange): void => {
    this.exchanges.delete(exchange);
  };

  #contextOf(snapshot: Snapshot): Context {
    return { snapshot, ...this.tools, running: this.#running, underWay: this.#underWay, isDraining: this.#isDraining };
  }

  readonly #underWay = (): Iterable<Exchange> => this.exchanges.all();

  readonly #isDraining = (): boolean => this.draining;

  /** Requests that need a slot and that every policy has let in. */
  readonly #running = (): number =>
    this.exchanges.all().filter((exchange) => exchange.leases.isComplete && needsSlot(exchange)).length;
}

/** What is no refusal is a bug: it is logged with its stack, and harms no other request. */
function refusalFor(error: unknown, exchange: Exchange, { log }: Context): Refusal {
  const refusal = error instanceof Refusal ? error : tooComplex(error);
  if (refusal !== undefined) return refusal;
  logBug(error, exchange, log);
  return new Refusal(
    'internal_error',
    `The gateway has a bug that this request met. Report it with the trace ID ${exchange.traceId}.`,
  );
}
