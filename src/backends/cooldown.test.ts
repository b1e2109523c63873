import { beforeEach, describe, expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Cooldowns } from './cooldown.ts';

const KEY = 'a\0model';
let clock: FakeClock;
let cooldowns: Cooldowns;
let heard: string[];

beforeEach(() => {
  clock = new FakeClock();
  heard = [];
  cooldowns = new Cooldowns(clock, {
    cooling: (_key, untilWallMs, failure) => heard.push(`cooling ${untilWallMs - clock.wallNow()} ${failure}`),
    recovered: () => heard.push('recovered'),
  });
});

describe('a pair that failed', () => {
  test('rests until its time is over, it alone', () => {
    expect(cooldowns.blame(KEY, 1000, '503')).toBe(clock.wallNow() + 1000);
    expect(cooldowns.dueAt(KEY)).toBe(clock.now() + 1000);
    expect(cooldowns.admits(KEY)).toBe(false);
    expect(cooldowns.admits('b\0model')).toBe(true);
    expect(cooldowns.dueAt('b\0model')).toBe(0);
    clock.advance(999);
    expect(cooldowns.admits(KEY)).toBe(false);
    clock.advance(1);
    expect(cooldowns.admits(KEY)).toBe(true);
  });

  test('is half open at once after a cooldown of no time', () => {
    cooldowns.blame(KEY, 0, '429');
    expect(cooldowns.admits(KEY)).toBe(true);
    const trial = cooldowns.beginTrial(KEY);
    expect(trial).toBeDefined();
    expect(cooldowns.admits(KEY)).toBe(false);
  });

  test('never rests shorter for a second failure, but may rest longer', () => {
    cooldowns.blame(KEY, 1000, '503');
    cooldowns.blame(KEY, 10, '503');
    expect(cooldowns.dueAt(KEY)).toBe(clock.now() + 1000);
    cooldowns.blame(KEY, 3000, '503');
    expect(cooldowns.dueAt(KEY)).toBe(clock.now() + 3000);
  });

  test('is up with the first success', () => {
    cooldowns.blame(KEY, 1000, '503');
    clock.advance(1000);
    cooldowns.succeed(KEY, clock.now());
    expect(cooldowns.admits(KEY)).toBe(true);
    expect(cooldowns.dueAt(KEY)).toBe(0);
    expect(cooldowns.beginTrial(KEY)).toBeUndefined();
  });

  test('is not brought back by the answer to a request that was sent before it failed', () => {
    const sentAt = clock.now();
    clock.advance(10);
    cooldowns.blame(KEY, 1000, '503');
    cooldowns.succeed(KEY, sentAt);
    expect(cooldowns.admits(KEY)).toBe(false);
  });
});

describe('half open', () => {
  beforeEach(() => {
    cooldowns.blame(KEY, 1000, '503');
    clock.advance(1000);
  });

  test('one request at a time goes through', () => {
    const trial = cooldowns.beginTrial(KEY);
    expect(cooldowns.admits(KEY)).toBe(false);
    expect(cooldowns.beginTrial(KEY)).toBeUndefined();
    trial?.settle();
    expect(cooldowns.admits(KEY)).toBe(true);
  });

  test('a trial that is settled twice does not end the next one', () => {
    const first = cooldowns.beginTrial(KEY);
    first?.settle();
    cooldowns.beginTrial(KEY);
    first?.settle();
    expect(cooldowns.admits(KEY)).toBe(false);
  });

  test('a trial that fails lets it rest again; one that ends without blame leaves it half open', () => {
    const failing = cooldowns.beginTrial(KEY);
    cooldowns.blame(KEY, 1000, '503');
    failing?.settle();
    expect(cooldowns.admits(KEY)).toBe(false);
    clock.advance(1000);
    cooldowns.beginTrial(KEY)?.settle();
    expect(cooldowns.admits(KEY)).toBe(true);
    expect(cooldowns.beginTrial(KEY)).toBeDefined();
  });
});

test('a pair that is cooling or up has no trial', () => {
  expect(cooldowns.beginTrial(KEY)).toBeUndefined();
  cooldowns.blame(KEY, 1000, '503');
  expect(cooldowns.beginTrial(KEY)).toBeUndefined();
});

test('each change of state is told once', () => {
  cooldowns.blame(KEY, 1000, '503 overloaded');
  for (let i = 0; i < 5; i++) cooldowns.blame(KEY, 1000, '503 overloaded');
  clock.advance(1000);
  cooldowns.blame(KEY, 500, 'read_timeout');
  clock.advance(500);
  for (let i = 0; i < 5; i++) cooldowns.succeed(KEY, clock.now());
  expect(heard).toEqual(['cooling 1000 503 overloaded', 'cooling 500 read_timeout', 'recovered']);
});
