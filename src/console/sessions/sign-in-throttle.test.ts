import { expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { Refusal } from '../../core/refusal.ts';
import { SignInThrottle } from './sign-in-throttle.ts';

const clock = new FakeClock(0, 0);

/** The seconds that an address is told to wait; 0: it may try. */
async function waitOf(throttle: SignInThrottle, ip: string): Promise<number> {
  try {
    await throttle.begin(ip);
    return 0;
  } catch (error) {
    if (error instanceof Refusal) return Number(error.details.headers?.['retry-after']);
    throw error;
  }
}

test('an address that fails waits longer each time, up to a minute, and a right key ends it', async () => {
  const throttle = new SignInThrottle(clock);
  const waits: number[] = [];
  for (let i = 0; i < 14; i++) {
    throttle.failed('192.0.2.1');
    const wait = await waitOf(throttle, '192.0.2.1');
    waits.push(wait);
    clock.advance(wait * 1000);
  }
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  expect(await waitOf(throttle, '192.0.2.1')).toBe(0);
  throttle.succeeded('192.0.2.1');
  throttle.failed('192.0.2.1');
  expect(await waitOf(throttle, '192.0.2.1')).toBe(0);
});

test('one network of IPv6 is one address, and others are not held up', async () => {
  const throttle = new SignInThrottle(clock);
  for (let i = 1; i <= 6; i++) throttle.failed(`2001:db8::${i}`);
  expect(await waitOf(throttle, '2001:db8::99')).toBe(2);
  expect(await waitOf(throttle, '2001:db8:0:1::1')).toBe(0);
});

test('failures are forgotten after a while', async () => {
  const throttle = new SignInThrottle(clock);
  for (let i = 0; i < 20; i++) throttle.failed('192.0.2.7');
  clock.advance(16 * 60_000);
  throttle.failed('192.0.2.7');
  expect(await waitOf(throttle, '192.0.2.7')).toBe(0);
});

test('guesses from many addresses slow every attempt down, and lock nobody out', async () => {
  const throttle = new SignInThrottle(clock);
  for (let i = 0; i < 5000; i++) throttle.failed(`198.51.${i >> 8}.${i & 255}`);
  const attempt = waitOf(throttle, '203.0.113.5');
  // A second attempt from the same address while the first one waits.
  expect(await waitOf(throttle, '203.0.113.5')).toBe(1);
  clock.advance(1000);
  expect(await attempt).toBe(0);
  for (let i = 0; i < 10; i++) throttle.failed('198.51.100.1');
  const many = Array.from({ length: 150 }, (_, i) => waitOf(throttle, `203.0.113.${i + 10}`));
  clock.advance(1000);
  const waits = await Promise.all(many);
  expect([waits.filter((wait) => wait === 0).length, waits.filter((wait) => wait === 1).length]).toEqual([100, 50]);
});
