import { beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import type { Availability } from '../../core/availability.ts';
import { BackendLive } from '../../core/backend-live.ts';
import { Aborted } from '../../core/failure.ts';
import type { Refusal } from '../../core/refusal.ts';
import { RequestQueue } from './queue.ts';
import type { QueuedRequest, QueueSettings, Grant } from './queue.ts';

const DEFAULTS: QueueSettings = { maxRequests: 2, maxQueueSize: 3, queueTimeoutMs: 1000, overflow: 'reject' };

let clock: FakeClock;
let queue: RequestQueue;
let backend: BackendLive;

beforeEach(() => {
  clock = new FakeClock();
  queue = new RequestQueue(clock, DEFAULTS);
  backend = new BackendLive('a', queue.hasRoom);
});

/** A request as a test drives it: what became of it, and what it holds. */
class Client implements QueuedRequest {
  grant: Grant | undefined;
  refusal: Refusal | undefined;
  readonly deadlineAt: number;
  #listener: ((reason: Aborted) => void) | undefined;

  constructor(
    private readonly backends: readonly BackendLive[] = [backend],
    { totalMs = Infinity } = {},
  ) {
    this.deadlineAt = clock.now() + totalMs;
  }

  enter(): this {
    const onGrant = (grant: Grant): void => {
      this.grant = grant;
    };
    try {
      const grant = queue.enter(this);
      if (grant instanceof Promise) grant.then(onGrant, (error: unknown) => (this.refusal = error as Refusal));
      else onGrant(grant);
    } catch (error) {
      this.refusal = error as Refusal;
    }
    return this;
  }

  availability(): Availability {
    if (this.backends.length === 0) return undefined;
    return this.backends.find((candidate) => !candidate.isFull) ?? 'full';
  }

  onAbort(listener: (reason: Aborted) => void): () => void {
    this.#listener = listener;
    return () => (this.#listener = undefined);
  }

  abort(): void {
    this.#listener?.(new Aborted('client_gone'));
  }
}

/** Lets what was settled be heard of. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

describe('slots', () => {
  test('are given at once while there are any, and then in the order of arrival', async () => {
    const [first, second, third, fourth] = [1, 2, 3, 4].map(() => new Client().enter());
    expect(queue.running).toBe(2);
    expect(queue.waiting).toBe(2);
    first?.grant?.settle(undefined);
    await settled();
    expect(third?.grant).toBeDefined();
    expect(fourth?.grant).toBeUndefined();
    second?.grant?.settle(undefined);
    await settled();
    expect(fourth?.grant).toBeDefined();
  });

  test('given back twice count once', () => {
    const client = new Client().enter();
    client.grant?.settle(undefined);
    client.grant?.settle(undefined);
    expect(queue.running).toBe(0);
  });

  test('more of them are given out as soon as the config allows', async () => {
    const clients = [1, 2, 3, 4].map(() => new Client().enter());
    queue.configure({ ...DEFAULTS, maxRequests: 10 });
    await settled();
    expect(clients.every(({ grant }) => grant !== undefined)).toBe(true);
    queue.configure({ ...DEFAULTS, maxRequests: 1 });
    clients[0]?.grant?.settle(undefined);
    const late = new Client().enter();
    expect(late.grant).toBeUndefined();
  });
});

describe('the queue', () => {
  test('full: the newcomer is refused', () => {
    for (let i = 0; i < 5; i++) new Client().enter();
    const { refusal } = new Client().enter();
    expect(refusal?.code).toBe('queue_full');
    expect(refusal?.status).toBe(503);
    expect(refusal?.details.headers?.['retry-after']).toBe('1');
  });

  test('full with drop_oldest: the one that has waited longest is', async () => {
    queue.configure({ ...DEFAULTS, overflow: 'drop_oldest' });
    const clients = Array.from({ length: 6 }, () => new Client().enter());
    await settled();
    expect(clients.map(({ refusal }) => refusal?.code)).toEqual([
      undefined,
      undefined,
      'queue_full',
      undefined,
      undefined,
      undefined,
    ]);
    queue.configure({ ...DEFAULTS, maxQueueSize: 0, overflow: 'drop_oldest' });
  });

  test('of no size: who would have to wait is refused, whatever the rule', () => {
    queue.configure({ ...DEFAULTS, maxQueueSize: 0, overflow: 'drop_oldest' });
    expect([1, 2, 3].map(() => new Client().enter().refusal?.code)).toEqual([undefined, undefined, 'queue_full']);
  });

  test('is left after queue_timeout, or at the end of total_timeout if that is sooner', async () => {
    for (let i = 0; i < 2; i++) new Client().enter();
    const patient = new Client().enter();
    const hurried = new Client([backend], { totalMs: 400 }).enter();
    clock.advance(400);
    await settled();
    expect(hurried.refusal?.code).toBe('total_timeout');
    expect(patient.refusal).toBeUndefined();
    clock.advance(600);
    await settled();
    expect(patient.refusal?.code).toBe('queue_timeout');
    expect(patient.refusal?.status).toBe(503);
    expect(queue.waiting).toBe(0);
  });

  test('is left when the client leaves', async () => {
    const first = new Client().enter();
    new Client().enter();
    const leaving = new Client().enter();
    const staying = new Client().enter();
    leaving.abort();
    first.grant?.settle(undefined);
    await settled();
    expect(leaving.refusal?.code).toBe('client_closed_request');
    expect(staying.grant).toBeDefined();
  });
});

describe('a reload', () => {
  test('that shortens queue_timeout counts for those that wait already, from when they came', async () => {
    for (let i = 0; i < 2; i++) new Client().enter();
    const [older, younger] = [new Client().enter(), (clock.advance(300), new Client().enter())];
    queue.configure({ ...DEFAULTS, queueTimeoutMs: 400 });
    clock.advance(100);
    await settled();
    expect([older.refusal?.code, younger.refusal?.code]).toEqual(['queue_timeout', undefined]);
    queue.configure({ ...DEFAULTS, queueTimeoutMs: 50 });
    clock.advance(0);
    await settled();
    expect(younger.refusal?.code).toBe('queue_timeout');
    expect(clock.pending).toBe(1);
  });

  test('that makes the queue shorter lets drop_oldest bring it down to its size', async () => {
    for (let i = 0; i < 5; i++) new Client().enter();
    expect(queue.waiting).toBe(3);
    queue.configure({ ...DEFAULTS, maxQueueSize: 1, overflow: 'drop_oldest' });
    const newest = new Client().enter();
    await settled();
    expect(queue.waiting).toBe(1);
    expect(newest.refusal).toBeUndefined();
  });
});

describe('backends', () => {
  beforeEach(() => {
    backend.limit = 1;
  });

  test('all full: the request waits, holding no slot, and gets the slot that is reserved', async () => {
    backend.begin(0);
    const waiting = new Client().enter();
    expect(queue.running).toBe(0);
    const other = new Client([new BackendLive('b', queue.hasRoom)]).enter();
    expect(other.grant).toBeDefined();
    backend.end();
    await settled();
    expect(waiting.grant?.reserved).toBe(backend);
    expect(backend.isFull).toBe(true);
    const next = new Client().enter();
    backend.begin(0);
    backend.release();
    await settled();
    expect(next.grant).toBeUndefined();
  });

  test('one that has a slot and waits for a backend comes through although no slot is free', async () => {
    queue.configure({ ...DEFAULTS, maxRequests: 1 });
    backend.begin(0);
    new Client([]).enter();
    const kept = queue.waitForBackend(new Client());
    const behind = new Client([]).enter();
    backend.end();
    expect(await kept).toBe(backend);
    expect(behind.grant).toBeUndefined();
  });

  test('that have room all along do not have those that wait for another looked through', async () => {
    backend.begin(0);
    let looked = 0;
    const waiting = new Client();
    const { availability } = waiting;
    waiting.availability = () => (looked++, availability.call(waiting));
    waiting.enter();
    const other = new BackendLive('b', queue.hasRoom);
    other.limit = 10;
    const before = looked;
    for (let i = 0; i < 10; i++) {
      const passing = new Client([other]).enter();
      other.begin(0);
      other.end();
      passing.grant?.settle(undefined);
    }
    expect(looked).toBe(before);
    backend.end();
    await settled();
    expect(waiting.grant?.reserved).toBe(backend);
  });

  test('that stop being an option without an event are noticed all the same', async () => {
    backend.begin(0);
    const options: BackendLive[] = [backend];
    const waiting = new Client(options).enter();
    expect(waiting.grant).toBeUndefined();
    // Say it cools down: there is nothing to wait for any more.
    options.pop();
    clock.advance(250);
    await settled();
    expect(waiting.grant).toBeDefined();
    expect(waiting.grant?.reserved).toBeUndefined();
  });
});

test('whatever comes, goes and fails, limits hold and nothing is held in the end', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('arrive' as const), backends: fc.subarray([0, 1], { minLength: 1 }) }),
    fc.record({ do: fc.constantFrom('leave' as const, 'abort' as const, 'retry' as const), whom: fc.nat(30) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 600 }) }),
    fc.record({
      do: fc.constant('reload' as const),
      maxRequests: fc.integer({ min: 1, max: 5 }),
      maxQueueSize: fc.integer({ min: 0, max: 5 }),
      overflow: fc.constantFrom('reject' as const, 'drop_oldest' as const),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      clock = new FakeClock();
      queue = new RequestQueue(clock, DEFAULTS);
      const backends = ['a', 'b'].map((name) => new BackendLive(name, queue.hasRoom));
      for (const each of backends) each.limit = 2;
      const clients: Client[] = [];
      const serving = new Map<Client, BackendLive>();
      let [most, mostEach] = [DEFAULTS.maxRequests, 2];
      /** Sends those that were granted a slot, as dispatch does. */
      const serve = async (): Promise<void> => {
        await settled();
        for (const client of clients) {
          if (client.grant === undefined || serving.has(client)) continue;
          const { reserved } = client.grant;
          const chosen = reserved ?? client.availability();
          if (chosen === undefined || chosen === 'full') {
            client.grant.settle(undefined);
            clients.splice(clients.indexOf(client), 1);
            continue;
          }
          chosen.begin(clock.now());
          reserved?.release();
          serving.set(client, chosen);
        }
      };
      const leave = (client: Client | undefined): void => {
        if (client === undefined) return;
        serving.get(client)?.end();
        serving.delete(client);
        client.grant?.settle(undefined);
        clients.splice(clients.indexOf(client), 1);
      };
      for (const action of steps) {
        switch (action.do) {
          case 'arrive':
            clients.push(new Client(action.backends.map((index) => backends[index]!)).enter());
            break;
          case 'leave':
            leave([...serving.keys()][action.whom % (serving.size || 1)]);
            break;
          case 'abort':
            clients[action.whom % (clients.length || 1)]?.abort();
            break;
          case 'retry': {
            // A try ends and the next one goes to a backend with room, or the request is over.
            const client = [...serving.keys()][action.whom % (serving.size || 1)];
            if (client === undefined) break;
            serving.get(client)?.end();
            const next = client.availability();
            if (next === undefined || next === 'full') {
              serving.delete(client);
              leave(client);
            } else {
              next.begin(clock.now());
              serving.set(client, next);
            }
            break;
          }
          case 'wait':
            clock.advance(action.ms);
            break;
          case 'reload':
            most = Math.max(action.maxRequests, queue.running);
            mostEach = Math.max(action.limit, ...backends.map(({ inFlight }) => inFlight));
            for (const each of backends) each.limit = action.limit;
            queue.configure({ ...DEFAULTS, ...action });
            break;
        }
        await serve();
        for (const client of clients.slice())
          if (client.refusal !== undefined) clients.splice(clients.indexOf(client), 1);
        expect(queue.running).toBeLessThanOrEqual(most);
        expect(queue.running).toBe(serving.size);
        for (const each of backends) expect(each.inFlight).toBeLessThanOrEqual(mostEach);
      }
      while (clients.length > 0) {
        for (const client of clients.slice()) {
          if (serving.has(client)) leave(client);
          else client.abort();
        }
        await serve();
        for (const client of clients.slice())
          if (client.refusal !== undefined) clients.splice(clients.indexOf(client), 1);
      }
      expect(queue.running).toBe(0);
      expect(queue.waiting).toBe(0);
      for (const each of backends) {
        expect(each.inFlight).toBe(0);
        each.limit = 1;
        expect(each.isFull).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});
