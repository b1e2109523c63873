import { beforeEach, describe, expect, test } from 'bun:test';
import { BackendLive } from './backend-live.ts';
import { exchangeOf } from '../../test/kit/exchange.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Attempt } from './attempt.ts';
import type { Exchange } from './exchange.ts';
import type { Route, Timeouts } from './route.ts';
import { Aborted } from './failure.ts';
import type { Watch } from './watch.ts';

let clock: FakeClock;
let exchange: Exchange;
let watch: Watch;

beforeEach(() => {
  clock = new FakeClock(0);
  exchange = exchangeOf(clock);
});

/** Sends an attempt; `watch` is its own from then on. */
function begin(timeouts: Partial<Timeouts> = {}, thinks = false): Attempt {
  const off = { connectMs: Infinity, firstByteMs: Infinity, readMs: Infinity, writeMs: Infinity, totalMs: Infinity };
  const route: Route = {
    alias: {
      name: 'x',
      prefix: undefined,
      balance: 'random',
      tiers: [],
      totalMs: undefined,
      roundRobinCounts: [],
      hedge: undefined,
    },
    backend: {
      name: 'a',
      apiKey: undefined,
      headers: {},
      protocols: ['openai-chat'],
      credential: undefined,
      quirks: {},
      live: new BackendLive('a'),
      send: () => Promise.reject(new Error('not sent here')),
    },
    model: 'm',
    modelLabel: 'm',
    priority: 1,
    weight: 1,
    key: 'a\0m',
    timeouts: { ...off, ...timeouts },
    live: new BackendLive('a').model('m', 'm'),
    latency: { ewmaMs: 0, measuredAt: 0 },
  };
  const attempt = new Attempt(exchange, route, undefined, clock);
  attempt.thinks = thinks;
  watch = attempt.watch;
  // As `upstream/attempt.ts` does: an attempt that was aborted is over.
  attempt.cancellation.signal.addEventListener('abort', () => attempt.watch.ends());
  attempt.begin(undefined);
  return attempt;
}

describe('first_byte_timeout', () => {
  test('ends an attempt whose answer has not begun', () => {
    const attempt = begin({ firstByteMs: 100 });
    clock.advance(99);
    expect(attempt.aborted).toBeUndefined();
    clock.advance(1);
    expect(attempt.aborted?.kind).toBe('first_byte_timeout');
    expect(exchange.aborted).toBeUndefined();
  });

  test('only the commit point stops it', () => {
    const first = begin({ firstByteMs: 100 });
    clock.advance(100);
    expect(first.aborted?.kind).toBe('first_byte_timeout');
    watch.ends();
    const second = begin({ firstByteMs: 100 });
    watch.committed();
    clock.advance(1000);
    expect(second.aborted).toBeUndefined();
  });

  test('each attempt has its own', () => {
    const first = begin({ firstByteMs: 100 });
    clock.advance(60);
    watch.ends();
    first.end({ status: 503 });
    const second = begin({ firstByteMs: 100 });
    clock.advance(99);
    expect(first.aborted).toBeUndefined();
    expect(second.aborted).toBeUndefined();
    clock.advance(1);
    expect(second.aborted?.kind).toBe('first_byte_timeout');
  });
});

describe('first_byte_timeout where nothing is set', () => {
  test.each([
    [false, 60_000, '1m, the default'],
    [true, 300_000, '5m, the default for thinking'],
  ])('thinking: %p', (thinks, limitMs, limit) => {
    const attempt = begin({ firstByteMs: undefined }, thinks);
    clock.advance(limitMs - 1);
    expect(attempt.aborted).toBeUndefined();
    clock.advance(1);
    expect(attempt.aborted).toMatchObject({ kind: 'first_byte_timeout', limit });
  });

  test('one that is set counts, and 0 turns it off', () => {
    expect(begin({ firstByteMs: 2000 }, true)).toMatchObject({ firstByteMs: 2000, firstByteLimit: '2s' });
    expect(begin({ firstByteMs: Infinity }, true).firstByteMs).toBe(Infinity);
  });
});

test('each limit says how long it was', () => {
  const silent = begin({ readMs: 1500 });
  watch.committed();
  watch.waits();
  clock.advance(1500);
  expect(silent.aborted?.limit).toBe('1.5s');
  const unconnected = begin({ connectMs: 10_000 });
  watch.connecting();
  clock.advance(10_000);
  expect(unconnected.aborted?.limit).toBe('10s');
});

describe('read_timeout', () => {
  test('is the silence between two reads, however long the whole', () => {
    const attempt = begin({ readMs: 100 });
    watch.committed();
    for (let i = 0; i < 20; i++) {
      watch.waits();
      clock.advance(90);
      watch.gotBytes();
    }
    expect(attempt.aborted).toBeUndefined();
    watch.waits();
    clock.advance(100);
    expect(attempt.aborted?.kind).toBe('read_timeout');
  });

  test('does not run while nobody waits: a slow client is not the backend’s silence', () => {
    const attempt = begin({ readMs: 100 });
    watch.committed();
    watch.waits();
    clock.advance(50);
    watch.gotBytes();
    clock.advance(10_000);
    expect(attempt.aborted).toBeUndefined();
  });

  test('does not run before the commit point', () => {
    const attempt = begin({ readMs: 100 });
    watch.waits();
    clock.advance(10_000);
    expect(attempt.aborted).toBeUndefined();
  });
});

describe('connect_timeout', () => {
  test('ends an attempt for which a connection takes too long', () => {
    const attempt = begin({ connectMs: 100 });
    clock.advance(50);
    watch.connecting();
    clock.advance(99);
    expect(attempt.aborted).toBeUndefined();
    clock.advance(1);
    expect(attempt.aborted?.kind).toBe('connect_timeout');
  });

  test('does not count from when there is a connection, nor where one was there', () => {
    const attempt = begin({ connectMs: 100 });
    watch.connecting();
    clock.advance(99);
    watch.connected();
    clock.advance(1000);
    expect(attempt.aborted).toBeUndefined();
    watch.ends();
    const next = begin({ connectMs: 100 });
    clock.advance(1000);
    expect(next.aborted).toBeUndefined();
  });

  test('of one attempt does not hit the next', () => {
    begin({ connectMs: 100 });
    watch.connecting();
    clock.advance(50);
    watch.ends();
    const second = begin({ connectMs: 100 });
    clock.advance(1000);
    expect(second.aborted).toBeUndefined();
  });
});

describe('total_timeout', () => {
  beforeEach(() => {
    exchange.endBy(500, clock);
  });

  test('ends the exchange and its attempt, whatever is waited for', () => {
    const attempt = begin({ firstByteMs: 10_000, readMs: 10_000 });
    watch.committed();
    watch.waits();
    clock.advance(499);
    expect(exchange.aborted).toBeUndefined();
    clock.advance(1);
    expect(exchange.aborted?.kind).toBe('total_timeout');
    expect(attempt.aborted?.kind).toBe('total_timeout');
  });

  test('stands between attempts, too', () => {
    begin({ firstByteMs: 100 });
    clock.advance(50);
    watch.ends();
    clock.advance(450);
    expect(exchange.aborted?.kind).toBe('total_timeout');
  });

  test('is over with the exchange', () => {
    begin();
    watch.ends();
    exchange.close();
    clock.advance(1000);
    expect(exchange.aborted).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});

test('two attempts at once have limits of their own', () => {
  const slow = begin({ firstByteMs: 100 });
  clock.advance(60);
  const second = begin({ firstByteMs: 100 });
  clock.advance(40);
  expect(slow.aborted?.kind).toBe('first_byte_timeout');
  expect(second.aborted).toBeUndefined();
  clock.advance(60);
  expect(second.aborted?.kind).toBe('first_byte_timeout');
});

test('whatever ends the exchange ends all its attempts', () => {
  const [one, other] = [begin(), begin()];
  exchange.abort(new Aborted('client_gone'));
  expect([one.aborted?.kind, other.aborted?.kind]).toEqual(['client_gone', 'client_gone']);
});

test('one timer serves a stream of a thousand events', () => {
  begin({ firstByteMs: 1000, readMs: 1000, connectMs: 1000 });
  watch.connecting();
  watch.connected();
  watch.committed();
  for (let i = 0; i < 1000; i++) {
    watch.waits();
    clock.advance(1);
    watch.gotBytes();
    expect(clock.pending).toBe(1);
  }
  expect(clock.timersSet).toBeLessThan(10);
});
