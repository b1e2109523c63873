import { beforeEach, describe, expect, test } from 'bun:test';
import type { OperationLive } from '../core/backend-live.ts';
import { BackendLive, rememberedOperation } from '../core/backend-live.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Cooldowns } from './cooldown.ts';

let clock: FakeClock;
let cooldowns: Cooldowns;
let heard: string[];
let pair: OperationLive;
let other: OperationLive;
let images: OperationLive;

beforeEach(() => {
  clock = new FakeClock();
  heard = [];
  const backend = new BackendLive('a');
  const model = backend.model('model', 'model');
  pair = rememberedOperation(model, 'openai-chat generate');
  images = rememberedOperation(model, '/images/generations');
  other = rememberedOperation(backend.model('other', 'other'), 'openai-chat generate');
  cooldowns = new Cooldowns(clock, {
    cooling: (_model, untilWallMs, failure) => heard.push(`cooling ${untilWallMs - clock.wallNow()} ${failure}`),
    recovered: () => heard.push('recovered'),
  });
});

describe('a pair that failed', () => {
  test('rests until its time is over, it alone', () => {
    expect(cooldowns.blame(pair, 1000, '503')).toBe(clock.wallNow() + 1000);
    expect(pair.coolingUntil).toBe(clock.now() + 1000);
    expect(cooldowns.admits(pair)).toBe(false);
    expect(cooldowns.admits(other)).toBe(true);
    expect(cooldowns.admits(images)).toBe(true);
    expect(cooldowns.admits(undefined)).toBe(true);
    expect(other.coolingUntil).toBeUndefined();
    clock.advance(999);
    expect(cooldowns.admits(pair)).toBe(false);
    clock.advance(1);
    expect(cooldowns.admits(pair)).toBe(true);
  });

  test('is half open at once after a cooldown of no time', () => {
    cooldowns.blame(pair, 0, '429');
    expect(cooldowns.admits(pair)).toBe(true);
    const trial = cooldowns.beginTrial(pair);
    expect(trial).toBeDefined();
    expect(cooldowns.admits(pair)).toBe(false);
  });

  test('is told of once though it fails again and again without a rest', () => {
    for (let i = 0; i < 5; i++) {
      const trial = cooldowns.beginTrial(pair);
      cooldowns.blame(pair, 0, '429');
      trial?.settle();
      clock.advance(10);
    }
    expect(heard).toEqual(['cooling 0 429']);
    cooldowns.blame(pair, 1000, '503');
    expect(heard).toEqual(['cooling 0 429', 'cooling 1000 503']);
  });

  test('never rests shorter for a second failure, but may rest longer', () => {
    cooldowns.blame(pair, 1000, '503');
    cooldowns.blame(pair, 10, '503');
    expect(pair.coolingUntil).toBe(clock.now() + 1000);
    cooldowns.blame(pair, 3000, '503');
    expect(pair.coolingUntil).toBe(clock.now() + 3000);
  });

  test('is up with the first success', () => {
    cooldowns.blame(pair, 1000, '503');
    clock.advance(1000);
    cooldowns.succeed(pair, clock.now());
    expect(cooldowns.admits(pair)).toBe(true);
    expect(pair.coolingUntil).toBeUndefined();
    expect(cooldowns.beginTrial(pair)).toBeUndefined();
  });

  test('is not brought back by the answer to a request that was sent before it failed', () => {
    const sentAt = clock.now();
    clock.advance(10);
    cooldowns.blame(pair, 1000, '503');
    cooldowns.succeed(pair, sentAt);
    expect(cooldowns.admits(pair)).toBe(false);
  });
});

describe('half open', () => {
  beforeEach(() => {
    cooldowns.blame(pair, 1000, '503');
    clock.advance(1000);
  });

  test('one request at a time goes through', () => {
    const trial = cooldowns.beginTrial(pair);
    expect(cooldowns.admits(pair)).toBe(false);
    expect(cooldowns.beginTrial(pair)).toBeUndefined();
    trial?.settle();
    expect(cooldowns.admits(pair)).toBe(true);
  });

  test('a trial that is settled twice does not end the next one', () => {
    const first = cooldowns.beginTrial(pair);
    first?.settle();
    cooldowns.beginTrial(pair);
    first?.settle();
    expect(cooldowns.admits(pair)).toBe(false);
  });

  test('a trial that fails lets it rest again; one that ends without blame leaves it half open', () => {
    const failing = cooldowns.beginTrial(pair);
    cooldowns.blame(pair, 1000, '503');
    failing?.settle();
    expect(cooldowns.admits(pair)).toBe(false);
    clock.advance(1000);
    cooldowns.beginTrial(pair)?.settle();
    expect(cooldowns.admits(pair)).toBe(true);
    expect(cooldowns.beginTrial(pair)).toBeDefined();
  });
});

test('a pair that is cooling or up has no trial', () => {
  expect(cooldowns.beginTrial(pair)).toBeUndefined();
  cooldowns.blame(pair, 1000, '503');
  expect(cooldowns.beginTrial(pair)).toBeUndefined();
});

test('each change of state is told once', () => {
  cooldowns.blame(pair, 1000, '503 overloaded');
  for (let i = 0; i < 5; i++) cooldowns.blame(pair, 1000, '503 overloaded');
  clock.advance(1000);
  cooldowns.blame(pair, 500, 'read_timeout');
  clock.advance(500);
  for (let i = 0; i < 5; i++) cooldowns.succeed(pair, clock.now());
  expect(heard).toEqual(['cooling 1000 503 overloaded', 'cooling 500 read_timeout', 'recovered']);
});
