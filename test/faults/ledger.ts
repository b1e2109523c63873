// What the upstreams of a campaign saw, call by call.
import type { Reply } from '../kit/replies.ts';
import { json } from '../kit/replies.ts';
import type { SeenRequest } from '../kit/upstream.ts';
import { aliasCalled, BACKEND_KEY, CLIENT_KEY } from './config.ts';
import type { Fault, FaultName } from './faults.ts';
import { faultOf } from './faults.ts';
import { exchangeOf, planOf, promptOf, wordsOf } from './plan.ts';
import type { Plan } from './plan.ts';
import type { BackendDialect } from './dialects.ts';
import { backendDialect } from './dialects.ts';

/** One call of an upstream. */
export interface SeenCall {
  readonly backend: string;
  /** As it was asked for. */
  readonly model: string;
  /** In which it came. */
  readonly dialect: string;
  readonly alias: string;
  /** Tells this call from all others: exchange, number of the call (from 0), backend. */
  readonly tag: string;
  readonly faultName: FaultName;
  readonly fault: Fault;
  readonly request: SeenRequest;
  /** `performance.now()`. */
  readonly beganAt: number;
  /** When the reply was over or the gateway had left; undefined while it goes on. */
  endedAt: number | undefined;
}

interface Called {
  readonly backend: string;
  readonly model: string;
  readonly dialect: BackendDialect;
}

/** All calls of a campaign. */
export class Ledger {
  /** What upstreams should never have been sent. */
  readonly complaints: string[] = [];
  readonly #calls = new Map<number, SeenCall[]>();

  constructor(
    private readonly seed: number,
    private readonly traceIdOf: (n: number) => string,
  ) {}

  /** The calls that were made for exchange `n`, in their order. */
  callsOf(n: number): readonly SeenCall[] {
    return this.#calls.get(n) ?? [];
  }

  /** What the upstream of this backend does. */
  scriptOf(backend: string): (request: SeenRequest) => Reply {
    return (request) => {
      // A health check.
      if (request.method !== 'POST') return json(200, { object: 'list', data: [] });
      const dialect = backendDialect(request);
      const asked = dialect.asked(request) ?? { prompt: '', model: '', stream: false };
      const plan = planOf(this.seed, exchangeOf(asked.prompt));
      this.#complain(request, asked, plan, { backend, dialect });
      return this.#call(request, plan, { backend, model: asked.model, dialect });
    };
  }

  #call(request: SeenRequest, plan: Plan, { backend, model, dialect }: Called): Reply {
    const calls = this.#calls.get(plan.n) ?? [];
    this.#calls.set(plan.n, calls);
    const tag = `${plan.n}.${calls.length}.${backend}`;
    const faultName = plan.faults[Math.min(calls.length, plan.faults.length - 1)] ?? 'good';
    const call: SeenCall = {
      backend,
      model,
      dialect: dialect.name,
      alias: aliasCalled(model),
      tag,
      faultName,
      fault: faultOf(faultName, plan.stream),
      request,
      beganAt: performance.now(),
      endedAt: undefined,
    };
    calls.push(call);
    void request.closed.then(() => (call.endedAt ??= performance.now()));
    const reply = call.fault.reply({ tag, dialect, stream: plan.stream, words: wordsOf(plan, tag) });
    return {
      async send(wire) {
        await reply.send(wire);
        call.endedAt ??= performance.now();
      },
    };
  }

  #complain(
    { headers, path }: SeenRequest,
    { prompt, stream }: { readonly prompt: string; readonly stream: boolean },
    plan: Plan,
    { backend, dialect }: Pick<Called, 'backend' | 'dialect'>,
  ): void {
    const complain = (what: string): void =>
      void this.complaints.push(`exchange ${plan.n}, backend ${backend}: ${what}`);
    if (prompt !== promptOf(plan)) complain('the prompt is not the one that the client sent');
    if (headers['x-trace-id'] !== this.traceIdOf(plan.n)) complain(`its trace ID is ${headers['x-trace-id']}`);
    if (stream !== plan.stream) complain(`it is asked for stream: ${stream}`);
    if (dialect.keyIn(headers) !== BACKEND_KEY + backend) complain('it came without the key of the backend');
    if ((JSON.stringify(headers) + path).includes(CLIENT_KEY)) complain('it has the key of the client');
  }
}
