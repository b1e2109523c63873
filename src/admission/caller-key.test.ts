import { describe, expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import type { Caller } from '../core/caller.ts';
import { Refusal } from '../core/refusal.ts';
import { sha256 } from '../lib/sha256.ts';
import { AdminKey } from './admin-key.ts';
import { KeyCheck, keyShown } from './auth.ts';
import { checkValid, generationOf, type CallerKey } from './caller-key.ts';

const ANN: Caller = { id: 'ann', name: 'ann', models: ['*'], isOperator: false };
const OVERLAP_MS = 60_000;

/** A gateway in the middle of a rotation, and its clock. */
function rotating(expiresInMs = Infinity) {
  const clock = new FakeClock();
  const current: CallerKey = {
    digest: sha256('new'),
    caller: ANN,
    enabled: true,
    expiresAt: clock.wallNow() + expiresInMs,
    previousUntil: undefined,
  };
  const previousUntil = clock.wallNow() + OVERLAP_MS;
  const gateway = {
    keyCheck: new KeyCheck(undefined, [current, { ...current, digest: sha256('old'), previousUntil }]),
    adminKey: new AdminKey('new-admin', { digest: sha256('old-admin'), previousUntil }),
  };
  /** Whose the key is, and which generation; or why it is refused. */
  const outcome = (key: string, others: Record<string, string> = {}): string => {
    const now = clock.wallNow();
    try {
      const known = keyShown({ headers: { 'x-api-key': key, ...others }, inQuery: undefined }, gateway, now);
      if (known === undefined) return 'nobody';
      checkValid(known, now);
      return `${known.caller.name} ${generationOf(known) ?? 'current'}`;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return /rotated/.test(error.message) ? `${error.code}, rotated` : error.code;
    }
  };
  return { clock, gateway, outcome };
}

describe('the key from before a rotation', () => {
  test.each([
    ['a caller’s', 'ann', 'new', 'old'],
    ['the admin’s', 'admin', 'new-admin', 'old-admin'],
  ])('%s is good to the last millisecond of its overlap', (_whose, name, current, old) => {
    const { clock, outcome } = rotating();
    expect([outcome(current), outcome(old)]).toEqual([`${name} current`, `${name} previous`]);
    clock.advance(OVERLAP_MS - 1);
    expect([outcome(current), outcome(old)]).toEqual([`${name} current`, `${name} previous`]);
    clock.advance(1);
    expect([outcome(current), outcome(old)]).toEqual([`${name} current`, 'key_expired, rotated']);
  });

  test('ends with the key if that ends sooner', () => {
    const { clock, outcome } = rotating(1000);
    clock.advance(1000);
    expect([outcome('new'), outcome('old')]).toEqual(['key_expired', 'key_expired']);
  });

  test('that is over steps back for any that is good, whoever’s it is', () => {
    const { clock, outcome } = rotating();
    clock.advance(OVERLAP_MS);
    expect(outcome('old-admin', { authorization: 'Bearer new' })).toBe('ann current');
    expect(outcome('old', { authorization: 'Bearer new' })).toBe('ann current');
    expect(outcome('old', { authorization: 'Bearer new-admin' })).toBe('admin current');
    expect(outcome('old-admin', { authorization: 'Bearer nothing' })).toBe('key_expired, rotated');
  });

  test('of the admin is known where the gateway is otherwise open', () => {
    const { clock, gateway } = rotating();
    const open = { adminKey: gateway.adminKey, keyCheck: undefined };
    const shown = (key: string) => ({ headers: { 'x-api-key': key }, inQuery: undefined });
    clock.advance(OVERLAP_MS);
    expect(keyShown(shown('whatever'), open, clock.wallNow())).toBeUndefined();
    const known = keyShown(shown('old-admin'), open, clock.wallNow());
    expect(known && generationOf(known)).toBe('previous');
  });
});
