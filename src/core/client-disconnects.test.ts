import { beforeEach, expect, test } from 'bun:test';
import { exchangeOf } from '../../test/kit/exchange.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { ClientDisconnects, noticeDisconnect } from './client-disconnects.ts';
import type { Exchange } from './exchange.ts';

let clock: FakeClock;
let disconnects: ClientDisconnects;

beforeEach(() => {
  clock = new FakeClock(0);
  disconnects = new ClientDisconnects(clock);
});

function arrival(): { exchange: Exchange; leave: () => void } {
  const client = new AbortController();
  const request = new Request('http://x/', { signal: client.signal });
  const exchange = exchangeOf(clock, request);
  disconnects.watch(exchange);
  return { exchange, leave: () => client.abort() };
}

test('a client that leaves ends its exchange, and no other', () => {
  const [one, other] = [arrival(), arrival()];
  clock.advance(1000);
  one.leave();
  expect(one.exchange.aborted?.kind).toBe('client_gone');
  expect(other.exchange.aborted).toBeUndefined();
});

test('one that left in the first moments is noticed a few milliseconds later', () => {
  const { exchange, leave } = arrival();
  leave();
  clock.advance(10);
  expect(exchange.aborted?.kind).toBe('client_gone');
});

test('each arrival is listened to within those milliseconds, whenever it came', () => {
  arrival();
  clock.advance(9);
  const later = arrival();
  clock.advance(1);
  const last = arrival();
  clock.advance(10);
  for (const { exchange, leave } of [later, last]) {
    leave();
    expect(exchange.aborted?.kind).toBe('client_gone');
  }
});

test('an exchange that is over costs its signal no listener', () => {
  const { exchange } = arrival();
  let listeners = 0;
  exchange.request.signal.addEventListener = () => listeners++;
  exchange.close();
  clock.advance(1000);
  expect(listeners).toBe(0);
});

test('where nobody listens yet, it can be asked', () => {
  const { exchange, leave } = arrival();
  noticeDisconnect(exchange);
  expect(exchange.aborted).toBeUndefined();
  leave();
  expect(exchange.aborted).toBeUndefined();
  noticeDisconnect(exchange);
  expect(exchange.aborted?.kind).toBe('client_gone');
});
