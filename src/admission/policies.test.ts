// The contract that every policy is held to, and the list of those that are in force. A new policy adds its row to ROWS.
import { beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { exchangeOf } from '../../test/kit/exchange.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { featureTools } from '../../test/kit/feature-tools.ts';
import { App } from '../app.ts';
import { buildSnapshot } from '../build-snapshot.ts';
import { configOf } from '../config/schema.ts';
import type { Context } from '../context.ts';
import type { AdmissionLease } from '../core/admission-lease.ts';
import { Aborted } from '../core/failure.ts';
import type { ExchangeRecord } from '../core/record.ts';
import { Refusal } from '../core/refusal.ts';
import { FeatureSet } from '../feature-set.ts';
import { createFeatures } from '../features.ts';
import { record } from '../records/record.fixture.ts';
import { MODEL } from '../core/endpoint-row.ts';
import type { Endpoint } from '../core/exchange.ts';
import { findAlias } from '../routing/aliases.ts';
import { Cooldowns } from '../routing/cooldown.ts';
import { LiveBackends } from '../upstream/backends.ts';
import type { Policy } from './policy.ts';

interface Row {
  /** The part of a config in which this policy alone is on, and lets in `room` requests at once. */
  limits(room: number): object;
  /** The same, and who comes when they are in has to wait; for a policy that lets requests wait. */
  waits?(room: number): object;
  /** What was let in takes its place for good, even when it is over. */
  readonly consumes: boolean;
}

const ROWS: Readonly<Record<string, Row>> = {
  caller_concurrency: {
    limits: (room) => ({
      teams: [
        { name: 'above', max_concurrency: room },
        { name: 'core', parent: 'above' },
      ],
      keys: [{ ...KEY, team: 'core' }],
    }),
    consumes: false,
  },
  caller_rates: {
    limits: (room) => ({ rate_limit: { burst_factor: 1 / NEVER }, keys: [{ ...KEY, rps: room * NEVER }] }),
    consumes: true,
  },
  rate_limit: {
    // So slow that a token comes back in no test.
    limits: (room) => ({ rate_limit: { enabled: true, ...rates(room * NEVER), burst_factor: 1 / NEVER } }),
    consumes: true,
  },
  budgets: {
    limits: (room) => ({ budgets: [{ name: 'b', requests: room, per: 'total' }] }),
    consumes: true,
  },
  queue: {
    limits: (room) => ({ concurrency: { enabled: true, max_requests: room, max_queue_size: 0 } }),
    waits: (room) => ({ concurrency: { enabled: true, max_requests: room } }),
    consumes: false,
  },
};

/** Policies that count no requests: whether they let any in depends on the gateway alone. */
const TAKES_NOTHING: ReadonlySet<string> = new Set(['ledger_room']);

const NEVER = 2 ** -20;
const KEY = { name: 'ann', key: 'key-of-ann-1234-abcdefgh', models: ['*'] };

function rates(rps: number): object {
  return { global_rps: rps, per_ip_rps: rps, per_model_rps: { m: rps } };
}

function parsed(limits: object) {
  const backends = [{ name: 'a', url: 'demo:' }];
  return configOf({ backends, models: { m: { routes: [{ backend: 'a', model: 'x' }] } }, ...limits }, '127.0.0.1:0');
}

const CHAT: Endpoint = {
  ...MODEL,
  methods: ['POST'],
  protocol: 'openai-chat',
  operation: 'generate',
  target: '/chat/completions',
  conversation: true,
  answersJson: true,
};

/** What policies work with, and requests that come to one of them. */
class World {
  readonly clock = new FakeClock();
  readonly #tools = featureTools(this.clock);
  readonly #features = new FeatureSet(createFeatures(this.#tools), this.#tools.log);
  readonly #cooldowns = new Cooldowns(this.clock, { cooling: () => undefined, recovered: () => undefined });
  readonly #live = new LiveBackends(this.#tools.queue.hasRoom);
  context!: Context;

  constructor(limits: object) {
    this.reload(limits);
  }

  reload(limits: object): void {
    const config = parsed(limits);
    const policies = this.#features.policiesOf(config);
    const snapshot = buildSnapshot(config, { live: this.#live, env: {}, prompts: undefined, policies });
    this.#features.configure(config, snapshot);
    const { clock, queue } = this.#tools;
    this.context = { snapshot, queue, cooldowns: this.#cooldowns, clock } as unknown as Context;
  }

  exchange() {
    const exchange = exchangeOf(this.clock);
    exchange.asked = findAlias(this.context.snapshot, 'm');
    exchange.endpoint = CHAT;
    const shown = { headers: { 'x-api-key': KEY.key }, inQuery: undefined };
    exchange.caller = this.context.snapshot.keyCheck?.find(shown, this.clock.wallNow())?.caller;
    return exchange;
  }

  /** The one policy that is on. */
  get policy(): Policy {
    const [policy, ...others] = this.context.snapshot.policies;
    if (policy === undefined || others.length > 0) throw new Error('one policy is on');
    return policy;
  }

  /** A request's lease, or why it was refused; it must not wait. */
  enter(policy = this.policy): AdmissionLease | undefined | Refusal {
    try {
      const admission = policy.admit(this.exchange(), this.context);
      if (admission instanceof Promise) throw new Error('the request waits');
      return admission;
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  /** Lets in as many as there is room for. */
  fill(): AdmissionLease[] {
    const leases: AdmissionLease[] = [];
    for (;;) {
      const found = this.enter();
      if (found instanceof Refusal) return leases;
      if (found === undefined || leases.length > 100) throw new Error('there is no limit');
      leases.push(found);
    }
  }

  /** How many would be let in now. */
  get room(): number {
    const leases = this.fill();
    for (const lease of leases) lease.settle(undefined);
    return leases.length;
  }
}

const FOR_NOTHING: readonly (ExchangeRecord | undefined)[] = [
  undefined,
  record({ attempts: 0, status: 503, refused: true, tries: [] }),
  record({ attempts: 0, status: 499, tries: [] }),
];
const TRIED: readonly ExchangeRecord[] = [
  record(),
  record({ status: 502, attempts: 2 }),
  record({ status: 499 }),
  record({ interrupted: true }),
];
const ENDS = [...FOR_NOTHING, ...TRIED];

/** The names of the policies that the limits turn on, in their order. */
function namesFor(limits: object): string[] {
  return new World(limits).context.snapshot.policies.map(({ name }) => name);
}

test('every policy has its row', () => {
  const all: object[] = Object.values(ROWS).map(({ limits }) => limits(1));
  expect(namesFor(Object.assign({}, ...all))).toEqual(Object.keys(ROWS));
  const ofFeatures = createFeatures(featureTools()).flatMap(({ policy }) =>
    policy === undefined || TAKES_NOTHING.has(policy.name) ? [] : [policy.name],
  );
  expect(ofFeatures).toEqual(Object.keys(ROWS));
});

describe.each(Object.entries(ROWS))('%s', (name, row) => {
  let world: World;

  beforeEach(() => {
    world = new World(row.limits(3));
  });

  test('is what its row turns on', () => {
    expect(world.policy.name).toBe(name);
  });

  test('lets in as many as there is room for; whoever is refused has taken nothing', () => {
    const leases = world.fill();
    expect(leases).toHaveLength(3);
    for (let i = 0; i < 5; i++) expect(world.enter()).toBeInstanceOf(Refusal);
    leases[1]?.settle(undefined);
    expect(world.room).toBe(1);
    expect(world.room).toBe(1);
  });

  test('takes nothing for a look at a head, and refuses none that it would let in', () => {
    const { policy } = world;
    const look = () => policy.check?.(world.exchange(), world.context);
    for (let i = 0; i < 10; i++) expect(look).not.toThrow();
    expect(world.room).toBe(3);
    world.fill();
    if (policy.check !== undefined) expect(look).toThrow(Refusal);
    expect(world.enter()).toBeInstanceOf(Refusal);
  });

  test('gives back all of a request that was for nothing, and of others what lasts as long as they do', () => {
    for (const end of ENDS) {
      world = new World(row.limits(3));
      const [first] = world.fill();
      first?.settle(end);
      const isBack = FOR_NOTHING.includes(end) || !row.consumes;
      expect([end?.status, world.room]).toEqual([end?.status, isBack ? 1 : 0]);
    }
  });

  test('settles once, whatever it is told later', () => {
    for (const [end, later] of ENDS.flatMap((one) => ENDS.map((two) => [one, two] as const))) {
      world = new World(row.limits(3));
      const [first] = world.fill();
      first?.settle(end);
      const { room } = world;
      first?.settle(later);
      expect(world.room).toBe(room);
    }
  });

  test('of one that came before a reload put it into force, gives nothing back', () => {
    for (const end of ENDS) {
      world = new World(row.limits(2));
      const { policy } = world;
      world.reload({});
      const before = world.enter(policy);
      if (before instanceof Refusal) throw before;
      world.reload(row.limits(2));
      world.fill();
      // What was counted from the start, as slots are, was counted; a token was not taken.
      before?.settle(end);
      expect(world.room).toBe(before === undefined ? 0 : 1);
    }
  });

  test('however a reload changes it meanwhile, has no more room in the end than it says', () => {
    for (const [before, after] of [
      [3, 2],
      [2, 3],
      [3, 3],
    ] as const) {
      world = new World(row.limits(before));
      const leases = world.fill();
      world.reload({});
      world.reload(row.limits(after));
      for (const lease of leases) lease.settle(undefined);
      expect(world.room).toBe(after);
    }
  });

  test('lets in a request that came before it was in force at most once', () => {
    const { policy } = world;
    if (policy.adopt === undefined) return;
    const exchange = world.exchange();
    const lease = policy.adopt(exchange, world.context);
    if (lease === undefined) throw new Error('it is counted');
    exchange.leases.add(lease);
    expect(policy.adopt(exchange, world.context)).toBeUndefined();
    expect(world.room).toBe(2);
    lease.settle(record());
    expect(world.room).toBe(row.consumes ? 2 : 3);
  });

  test('in whatever order requests come and end, all of it is there in the end and never more', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('come' as const) }),
      fc.record({ do: fc.constant('end' as const), whom: fc.nat(), end: fc.constantFrom(...FOR_NOTHING) }),
      fc.record({ do: fc.constant('again' as const), whom: fc.nat(), end: fc.constantFrom(...ENDS) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        world = new World(row.limits(4));
        const [held, over]: [AdmissionLease[], AdmissionLease[]] = [[], []];
        for (const action of steps) {
          if (action.do === 'come') {
            const found = world.enter();
            expect(found instanceof Refusal).toBe(held.length === 4);
            if (found !== undefined && !(found instanceof Refusal)) held.push(found);
          } else if (action.do === 'end') {
            const [lease] = held.splice(action.whom % (held.length || 1), 1);
            lease?.settle(action.end);
            if (lease !== undefined) over.push(lease);
          } else over[action.whom % (over.length || 1)]?.settle(action.end);
        }
        for (const lease of held) lease.settle(undefined);
        expect(world.room).toBe(4);
      }),
    );
  });

  if (row.waits === undefined) return;
  const waits = row.waits.bind(row);

  describe('where requests wait', () => {
    /** Nobody has room; one waits. */
    function waiting() {
      world = new World(waits(1));
      const running = world.policy.admit(world.exchange(), world.context);
      if (running === undefined || running instanceof Promise) throw new Error('the first is let in');
      const exchange = world.exchange();
      return { running, exchange, admission: Promise.resolve(world.policy.admit(exchange, world.context)) };
    }

    test('the one that waits is let in with what another gives back', async () => {
      const { running, admission } = waiting();
      running.settle(record());
      (await admission)?.settle(record());
      world.reload(row.limits(1));
      expect(world.room).toBe(1);
    });

    test('whoever is aborted meanwhile is refused at once, and has taken nothing', async () => {
      const { running, exchange, admission } = waiting();
      const refused = admission.catch((error: unknown) => error);
      exchange.abort(new Aborted('client_gone'));
      expect(await refused).toBeInstanceOf(Refusal);
      running.settle(undefined);
      world.reload(row.limits(1));
      expect(world.room).toBe(1);
    });

    test('whoever is aborted in the moment that it is let in has something to settle', async () => {
      const { running, exchange, admission } = waiting();
      running.settle(undefined);
      exchange.abort(new Aborted('client_gone'));
      exchange.close();
      (await admission)?.settle(undefined);
      world.reload(row.limits(1));
      expect(world.room).toBe(1);
    });
  });
});

test('a slot that is reserved at a backend goes back with its lease, if it is refused after the queue', async () => {
  const world = new World({ concurrency: { enabled: true } });
  const { live } = world.context.snapshot.backends.get('a')!;
  live.limit = 1;
  live.begin(0);
  const exchange = world.exchange();
  const admission = world.policy.admit(exchange, world.context);
  expect(admission).toBeInstanceOf(Promise);
  live.end();
  const lease = await admission;
  expect([live.isFull, exchange.attempts.reserved]).toEqual([true, live]);
  lease?.settle(undefined);
  expect([live.isFull, exchange.attempts.reserved]).toEqual([false, undefined]);
});

describe('the list', () => {
  const backends = [{ name: 'a', url: 'demo:', max_concurrency: 3 }];

  test.each<[string, object, string[]]>([
    ['without limits is empty', {}, []],
    ['has the rate limits for a rate of all', { rate_limit: { enabled: true, global_rps: 1 } }, ['rate_limit']],
    ['has them for one of addresses', { rate_limit: { enabled: true, per_ip_rps: 1 } }, ['rate_limit']],
    ['has them for one of an alias', { rate_limit: { enabled: true, per_model_rps: { m: 1 } } }, ['rate_limit']],
    ['has none for rates that are off', { rate_limit: { enabled: false, global_rps: 1 } }, []],
    ['has none where no rate is set', { rate_limit: { enabled: true } }, []],
    ['has the queue for a limit of requests', { concurrency: { enabled: true } }, ['queue']],
    ['has none for one that is off', { concurrency: { enabled: false, max_requests: 1, per_backend_limit: 1 } }, []],
    ['has the queue for a limit of a backend', { backends }, ['queue']],
    [
      'has the rates before the queue',
      { concurrency: { enabled: true }, rate_limit: { enabled: true, global_rps: 1 } },
      ['rate_limit', 'queue'],
    ],
  ])('%s', (_, limits, names) => {
    expect(namesFor(limits)).toEqual(names);
  });

  test('of a gateway is that of its config, from the start and with each reload', async () => {
    const quiet = { logging: { base_dir: '' } };
    const app = await App.create(parsed(quiet), undefined, {});
    try {
      expect(app.gateway.snapshot.policies).toEqual([]);
      const limited = parsed({ ...quiet, concurrency: { enabled: true } });
      await app.reload(limited, () => Promise.resolve());
      expect(app.gateway.snapshot.policies.map(({ name }) => name)).toEqual(['queue']);
      await app.reload(parsed(quiet), () => Promise.resolve());
      expect(app.gateway.snapshot.policies).toEqual([]);
    } finally {
      await app.close();
    }
  });
});
