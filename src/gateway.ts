import { ClientDisconnects } from './core/client-disconnects.ts';
import type { Handler } from './core/endpoint-row.ts';
import type { Arrival, Exchange } from './core/exchange.ts';
import { Aborted } from './core/failure.ts';
import { Refusal } from './core/refusal.ts';
import { RequestRoom } from './core/request-room.ts';
import { Bag } from './lib/bag.ts';
import { takesLonger } from './lib/takes-longer.ts';
import { acceptBody, acceptBytes, acceptHead } from './admission/accept.ts';
import { admitBody, admitCaller, outOfFiles, refuseLoop, shuttingDown, slowedDown } from './admission/admit.ts';
import { acceptPassthrough } from './admission/passthrough.ts';
import { answerLocally } from './delivery/local-answers.ts';
import { tooComplex } from './core/body-work.ts';
import type { Context, Unready } from './context.ts';
import { dispatch } from './dispatch.ts';
import { resolveKept } from './admission/stored-references.ts';
import { needsSlot } from './admission/queue/queue-slot.ts';
import { adoptAdmitted, runPolicies } from './admission/run-policies.ts';
import { emit, emitEarly, emitRefusal } from './delivery/emit.ts';
import { logBug } from './records/log-bug.ts';
import { protocolOf } from './protocols/registry.ts';
import type { Snapshot } from './snapshot.ts';

/** What outlives the snapshots and is the same for all requests. */
export type Tools = Omit<Context, 'snapshot' | 'running'>;

/** How the body of what reaches a backend is taken, by the handler of its endpoint. All else is answered here. */
const ACCEPT: Readonly<Partial<Record<Handler, (exchange: Exchange, context: Context) => Promise<void>>>> = {
  model: acceptBody,
  resource: acceptBytes,
  passthrough: acceptPassthrough,
};

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
    private readonly tools: Tools,
  ) {
    this.#context = this.#contextOf(snapshot);
    this.#disconnects = new ClientDisconnects(tools.clock);
  }

  get snapshot(): Snapshot {
    return this.#context.snapshot;
  }

  /** Why no load balancer should send anything here; undefined: it should. */
  get unready(): Unready | undefined {
    if (this.draining) return 'draining';
    return this.snapshot.backends.values().some(({ live }) => !live.dead) ? undefined : 'no_backend';
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

  /** A request's way, from its first byte to the response. The response's body may still be under way when it returns. */
  async handle(arrival: Arrival): Promise<Response> {
    const context = this.#context;
    const protocol = protocolOf(arrival.protocol);
    const exchange = acceptHead(arrival, context, this.#onFinished); //                      1. a request is an exchange
    this.#track(exchange, context);
    try {
      if (arrival.objection !== undefined) throw arrival.objection;
      refuseLoop(exchange, context);
      if (this.draining) throw shuttingDown();
      const { handler, limits } = admitCaller(exchange, arrival, protocol, context); // 2. who may come in, and where
      const accept = ACCEPT[handler];
      if (accept === undefined) {
        if (limits !== 'none') await runPolicies(this.snapshot.policies, exchange, context);
        return await answerLocally(exchange, protocol, context);
      }
      if (!this.room.isThere(this.exchanges.size - 1)) throw outOfFiles();
      admitBody(this.snapshot.policies, exchange, context);
      await accept(exchange, context); //                                    3. what is asked for, and of which alias
      resolveKept(exchange, protocol, context);
      // Limits count as they are now, whatever they were when the request began.
      const admitted = runPolicies(this.snapshot.policies, exchange, context);
      const outcome = dispatch(admitted, exchange, protocol, context); //    4. once it is let in, routes are chosen and tried
      if (exchange.stream && (await isSlow(outcome, context))) return emitEarly(outcome, exchange, protocol, context);
      return emit(await outcome, exchange, protocol, context); //            5. the answer, or why there is none
    } catch (error) {
      const refusal = slowedDown(refusalFor(error, exchange, context), exchange, context);
      return emitRefusal(refusal, exchange, protocol, context);
    } //                                                                     6. finish: with the last byte, by emit
  }

  /** Ends what is under way, each with an error in its client's dialect. */
  abortAll(): void {
    for (const exchange of this.exchanges.all()) exchange.abort(new Aborted('shutting_down'));
  }

  #track(exchange: Exchange, { snapshot }: Context): void {
    if (snapshot.logsBodies) exchange.delivery.captured = [];
    this.exchanges.add(exchange);
    this.#disconnects.watch(exchange);
  }

  readonly #onFinished = (exchange: Exchange): void => {
    this.exchanges.delete(exchange);
  };

  #contextOf(snapshot: Snapshot): Context {
    return { snapshot, ...this.tools, running: this.#running };
  }

  /** Requests that need a slot and that every policy has let in. */
  readonly #running = (): number =>
    this.exchanges.all().filter((exchange) => exchange.leases.isComplete && needsSlot(exchange)).length;
}

/** True if a stream's outcome takes so long that its client must hear something meanwhile. */
async function isSlow(outcome: Promise<unknown>, { clock, snapshot }: Context): Promise<boolean> {
  return snapshot.keepAliveMs !== Infinity && (await takesLonger(outcome, snapshot.keepAliveMs, clock));
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
