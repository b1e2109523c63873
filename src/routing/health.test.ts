import { beforeEach, describe, expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { BackendLive, rememberedOperation } from '../core/backend-live.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import type { Backend } from '../core/route.ts';
import { HealthChecks } from './health.ts';
import { answerOf } from '../upstream/transports/response-answer.ts';

const SETTINGS = { intervalMs: 1000, timeoutMs: 500, path: '/models', unhealthyAfter: 3, healthyAfter: 1 };

let clock: FakeClock;
let heard: string[];
let checks: HealthChecks;
/** How many times a backend was asked. */
let asked: number;
/** What it answers. */
let answer: () => Promise<Response>;

const ALIVE = (): Promise<Response> => Promise.resolve(new Response());
const FAILING = (): Promise<Response> => Promise.resolve(new Response(null, { status: 500 }));

beforeEach(() => {
  clock = new FakeClock();
  heard = [];
  asked = 0;
  answer = ALIVE;
  checks = new HealthChecks(clock, {
    died: (name, cause, misses) => heard.push(`${name} died: ${cause}, ${misses} misses`),
    revived: (name, cause) => heard.push(`${name} is alive: ${cause}`),
    couldNotAsk: (code) => heard.push(`could not ask: ${code}`),
  });
});

function backendOf(live = new BackendLive('a')): Backend {
  const send = (): Promise<UpstreamAnswer> => {
    asked++;
    return answer().then(answerOf);
  };
  return {
    name: live.name,
    apiKey: undefined,
    headers: {},
    protocols: ['openai-chat'],
    credential: undefined,
    quirks: {},
    live,
    send,
  };
}

/** Lets so many intervals go by, and what was asked in each be answered. */
async function intervals(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    clock.advance(SETTINGS.intervalMs);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

describe('a backend', () => {
  test('is asked when it has had no traffic for an interval, and not before', async () => {
    const backend = backendOf();
    checks.configure(SETTINGS, [backend]);
    for (let i = 0; i < 10; i++) {
      backend.live.begin(clock.now() + 1);
      await intervals(1);
      backend.live.end();
    }
    expect(asked).toBe(0);
    await intervals(2);
    expect(asked).toBe(2);
  });

  test('that has just answered a long request has had traffic', async () => {
    const backend = backendOf();
    checks.configure(SETTINGS, [backend]);
    backend.live.begin(clock.now());
    clock.advance(999);
    checks.heardFrom(backend.live);
    await intervals(1);
    expect(asked).toBe(0);
  });

  test('that cools down is asked although it has traffic', async () => {
    const backend = backendOf();
    const model = rememberedOperation(backend.live.remember(backend.live.model('m', 'm')), 'openai-chat generate');
    model.coolingUntil = clock.now() + 10_000;
    checks.configure(SETTINGS, [backend]);
    backend.live.begin(clock.now() + 999);
    await intervals(1);
    expect(asked).toBe(1);
    expect(model.coolingUntil).toBeDefined();
  });

  test('is neither dead nor alive for what the gateway itself lacks', async () => {
    const backend = backendOf();
    checks.configure(SETTINGS, [backend]);
    answer = FAILING;
    await intervals(2);
    answer = () => Promise.reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
    await intervals(5);
    expect([backend.live.dead, backend.live.misses]).toEqual([false, 2]);
    expect(new Set(heard)).toEqual(new Set(['could not ask: EMFILE']));
    answer = FAILING;
    await intervals(1);
    expect(backend.live.dead).toBe(true);
  });

  test('dies of misses in a row, which its traffic interrupts as well as its answers', async () => {
    const backend = backendOf();
    answer = FAILING;
    checks.configure(SETTINGS, [backend]);
    await intervals(2);
    checks.heardFrom(backend.live);
    await intervals(2);
    expect(heard).toEqual([]);
    await intervals(1);
    expect(heard).toEqual(['a died: status 500, 3 misses']);
    expect(backend.live.dead).toBe(true);
  });

  test('that is dead is told of once, and its return with the cause', async () => {
    const backend = backendOf();
    answer = FAILING;
    checks.configure({ ...SETTINGS, unhealthyAfter: 1 }, [backend]);
    await intervals(3);
    checks.heardFrom(backend.live);
    checks.heardFrom(backend.live);
    await intervals(2);
    answer = ALIVE;
    await intervals(2);
    expect(heard).toEqual([
      'a died: status 500, 1 misses',
      'a is alive: it answered a request',
      'a died: status 500, 1 misses',
      'a is alive: it answered health checks',
    ]);
  });
});

describe('a reload', () => {
  const settings = { ...SETTINGS, unhealthyAfter: 1 };

  test('that switches checks off while one is under way leaves nobody dead', async () => {
    const backend = backendOf();
    const { promise, resolve } = Promise.withResolvers<Response>();
    answer = () => promise;
    checks.configure(settings, [backend]);
    await intervals(1);
    checks.configure(undefined, [backend]);
    resolve(await FAILING());
    await intervals(1);
    expect([backend.live.dead, heard, asked]).toEqual([false, [], 1]);
  });

  test('that gives a backend another address judges it by no answer of the old one', async () => {
    const live = new BackendLive('a');
    const { promise, resolve } = Promise.withResolvers<Response>();
    answer = () => promise;
    checks.configure(settings, [backendOf(live)]);
    await intervals(1);
    answer = ALIVE;
    checks.configure(settings, [backendOf(live)]);
    resolve(await FAILING());
    await intervals(2);
    expect([live.dead, heard]).toEqual([false, []]);
  });

  test('that switches checks off says of the dead that they are used again', async () => {
    const backend = backendOf();
    answer = FAILING;
    checks.configure(settings, [backend]);
    await intervals(1);
    checks.configure(undefined, [backend]);
    expect(heard.at(-1)).toBe('a is alive: health checks are switched off');
    expect(backend.live.dead).toBe(false);
  });

  test('that brings back a backend which nobody asked meanwhile takes it for alive', async () => {
    const backend = backendOf();
    const other = backendOf(new BackendLive('b'));
    answer = FAILING;
    checks.configure(settings, [backend]);
    await intervals(1);
    checks.configure(settings, [other]);
    checks.configure(settings, [other, backend]);
    expect(backend.live.dead).toBe(false);
  });
});
