import { beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import type { AdmissionLease } from '../../core/admission-lease.ts';
import { Refusal } from '../../core/refusal.ts';
import { NamedShares } from './named-shares.ts';
import { RateLimits } from './rate-limits.ts';
import type { RateScope, RateSubject } from './rate-limits.ts';
import { rateTerms } from './rate-terms.ts';
import { ConfiguredScopes } from './scopes.ts';
import type { RateLimitSettings } from './scopes.ts';

let clock: FakeClock;
let scopes: ConfiguredScopes;
let limits: RateLimits;

beforeEach(begin);

function begin(): void {
  clock = new FakeClock();
  scopes = new ConfiguredScopes();
  limits = new RateLimits(clock, scopes.list);
}

function configure(settings: Partial<RateLimitSettings>): void {
  const complete = { global: undefined, perIp: undefined, perAlias: {}, burstFactor: 1, ...settings };
  scopes.configure(complete, clock.now());
}

/** What limits see of a request from an address, for an alias, of a caller. */
function subject(clientIp: string, alias?: string, caller = 'someone'): RateSubject {
  const asked = alias === undefined ? undefined : { alias: { name: alias } };
  return { clientIp, asked, caller: { name: caller } } as RateSubject;
}

/** The refusal of a request; undefined if it was let in. */
function refused(ip = '10.0.0.1', alias?: string): Refusal | undefined {
  return refusalOf(() => void limits.take(subject(ip, alias)));
}

function refusalOf(take: () => void): Refusal | undefined {
  try {
    take();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The lease of a request; undefined if it was refused. */
function taken(ip: string, alias: string | undefined): AdmissionLease | undefined {
  let lease: AdmissionLease | undefined;
  const refusal = refusalOf(() => {
    lease = limits.take(subject(ip, alias));
  });
  return refusal === undefined ? lease : undefined;
}

function admitted(count: number, ip?: string, alias?: string): number {
  return Array.from({ length: count }, () => refused(ip, alias)).filter((refusal) => refusal === undefined).length;
}

describe('each limit', () => {
  test('of all requests counts them together', () => {
    configure({ global: 5 });
    expect(admitted(3, '10.0.0.1') + admitted(3, '10.0.0.2')).toBe(5);
    clock.advance(200);
    expect(admitted(3)).toBe(1);
  });

  test('per IP address counts each on its own', () => {
    configure({ perIp: 2 });
    expect(admitted(3, '10.0.0.1')).toBe(2);
    expect(admitted(3, '10.0.0.2')).toBe(2);
  });

  test('per alias leaves other aliases alone', () => {
    configure({ perAlias: { a: 1 } });
    expect(admitted(3, '10.0.0.1', 'a')).toBe(1);
    expect(admitted(3, '10.0.0.1', 'b')).toBe(3);
    expect(admitted(3, '10.0.0.1')).toBe(3);
  });

  test('lets a burst of rps × burst_factor through, and always one', () => {
    configure({ global: 10, burstFactor: 1.5 });
    expect(admitted(20)).toBe(15);
    configure({ perIp: 0.1, burstFactor: 0.5 });
    expect(admitted(5)).toBe(1);
  });

  test('is not there without settings', () => {
    expect(admitted(1000)).toBe(1000);
    configure({ global: 1 });
    scopes.configure(undefined, clock.now());
    expect(admitted(1000)).toBe(1000);
    expect(scopes.addresses).toBe(0);
  });
});

describe('together', () => {
  test('a request refused by one takes from none', () => {
    configure({ global: 3, perIp: 3, perAlias: { a: 1 } });
    expect(admitted(10, '10.0.0.1', 'a')).toBe(1);
    expect(admitted(10, '10.0.0.1', 'b')).toBe(2);
  });

  test('over any run each scope admits no more than its burst plus what came in', () => {
    const event = fc.record({
      gapMs: fc.integer({ min: 0, max: 400 }),
      ip: fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1'),
      alias: fc.constantFrom('a', 'b', undefined),
      giveBack: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        begin();
        configure({ global: 20, perIp: 8, perAlias: { a: 3 }, burstFactor: 1.5 });
        const startedAt = clock.now();
        const counts = new Map<string, number>();
        for (const { gapMs, ip, alias, giveBack } of events) {
          clock.advance(gapMs);
          const lease = taken(ip, alias);
          if (lease === undefined) continue;
          if (giveBack) {
            lease.settle(undefined);
            continue;
          }
          for (const key of ['all', ip, `alias ${alias}`]) counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        const seconds = (clock.now() - startedAt) / 1000;
        const most = (perSecond: number): number => perSecond * 1.5 + perSecond * seconds + 1e-6;
        expect(counts.get('all') ?? 0).toBeLessThanOrEqual(most(20));
        for (const ip of ['10.0.0.1', '10.0.0.2', '2001:db8::1'])
          expect(counts.get(ip) ?? 0).toBeLessThanOrEqual(most(8));
        expect(counts.get('alias a') ?? 0).toBeLessThanOrEqual(most(3));
      }),
    );
  });

  test('what is only checked takes nothing', () => {
    configure({ perIp: 2 });
    for (let i = 0; i < 10; i++) limits.check(subject('10.0.0.1'));
    expect(admitted(3)).toBe(2);
    expect(() => limits.check(subject('10.0.0.1'))).toThrow(Refusal);
  });

  test('what is given back can be taken again', () => {
    configure({ global: 1, perIp: 1, perAlias: { a: 1 } });
    limits.take(subject('10.0.0.1', 'a'))?.settle(undefined);
    expect(admitted(2, '10.0.0.1', 'a')).toBe(1);
  });
});

describe('a refusal', () => {
  test('names the scope that takes longest, and says when a try makes sense', () => {
    configure({ global: 10, perIp: 1, perAlias: { a: 0.5 } });
    refused('10.0.0.1', 'a');
    const refusal = refused('10.0.0.1', 'a');
    expect(refusal?.code).toBe('rate_limit_exceeded');
    expect(refusal?.status).toBe(429);
    expect(refusal?.message).toBe(
      'The rate limit of the model `a` is reached (0.5 requests per second). Try again in 2s.',
    );
    expect(refusal?.details.headers).toEqual({
      'retry-after': '2',
      'retry-after-ms': '2000',
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '2s',
    });
    expect(refused('10.0.0.1')?.message).toStartWith('The rate limit per IP address is reached (1 ');
  });

  test('tells the truth: after that time the request is let in, and not before', () => {
    configure({ global: 7, burstFactor: 3 });
    admitted(21);
    const wait = Number(refused()?.details.headers?.['retry-after-ms']);
    clock.advance(wait - 1);
    expect(refused()).toBeDefined();
    clock.advance(1);
    expect(refused()).toBeUndefined();
  });
});

describe('addresses', () => {
  test('IPv6 counts by /64, IPv4 written as IPv6 as IPv4', () => {
    configure({ perIp: 1 });
    expect(admitted(1, '2001:db8:1:2::1')).toBe(1);
    expect(admitted(1, '2001:db8:1:2:ffff::9')).toBe(0);
    expect(admitted(1, '2001:db8:1:3::1')).toBe(1);
    expect(admitted(1, '192.0.2.1')).toBe(1);
    expect(admitted(1, '::ffff:192.0.2.1')).toBe(0);
  });

  test('are forgotten beyond 100,000, those heard of longest ago first', () => {
    configure({ perIp: 1 });
    const ipOf = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    for (let n = 0; n < 100_000; n++) limits.take(subject(ipOf(n)));
    expect(refused(ipOf(0))).toBeDefined();
    limits.take(subject('192.0.2.1'));
    expect(scopes.addresses).toBe(100_000);
    // The first was heard of again; the second is the one that went.
    expect(refused(ipOf(0))).toBeDefined();
    expect(refused(ipOf(1))).toBeUndefined();
  });
});

describe('a reload', () => {
  test('keeps the counts, and changed limits apply to them at once', () => {
    configure({ global: 10, perIp: 10, perAlias: { a: 10 } });
    expect(admitted(8, '10.0.0.1', 'a')).toBe(8);
    configure({ global: 100, perIp: 10, perAlias: { a: 1 } });
    expect(admitted(8, '10.0.0.1', 'a')).toBe(1);
    expect(admitted(8, '10.0.0.1')).toBe(1);
  });

  test('counts the time before it at the old rate', () => {
    configure({ global: 1, burstFactor: 100 });
    expect(admitted(100)).toBe(100);
    clock.advance(1000);
    configure({ global: 50, burstFactor: 2 });
    expect(admitted(100)).toBe(1);
  });
});

describe('other scopes', () => {
  /** Teams of callers, the innermost first, each with a limit. */
  const TEAMS: Readonly<Record<string, readonly string[]>> = { ada: ['core', 'company'], bob: ['company'], eve: [] };
  const perMinute: Readonly<Record<string, number>> = { core: 2, company: 3 };
  let teams: NamedShares;

  beforeEach(() => {
    teams = new NamedShares();
    const ofTeams: RateScope = ({ caller }, shares) => {
      for (const team of TEAMS[caller?.name ?? ''] ?? []) teams.add(team, shares);
    };
    limits = new RateLimits(clock, [...scopes.list, ofTeams]);
    const terms = Object.entries(perMinute).map(([team, amount]) => {
      const named = { scope: `rate limit of the team \`${team}\``, key: `teams.${team}.rpm` };
      return [team, rateTerms({ amount, per: 'minute', burstFactor: 1, ...named })] as const;
    });
    teams.configure(new Map(terms), clock.now());
  });

  function come(caller: string, count: number): number {
    const outcomes = Array.from({ length: count }, () =>
      refusalOf(() => limits.take(subject('10.0.0.1', 'a', caller))),
    );
    return outcomes.filter((refusal) => refusal === undefined).length;
  }

  test('can be several of one kind at once: a request takes from all that concern it, or from none', () => {
    configure({ global: 10 });
    expect(come('ada', 5)).toBe(2);
    // The third of ada took nothing of the company.
    expect(come('bob', 5)).toBe(1);
    expect(come('eve', 20)).toBe(7);
  });

  test('give back to all of them', () => {
    for (let i = 0; i < 5; i++) limits.take(subject('10.0.0.1', 'a', 'ada'))?.settle(undefined);
    expect([come('ada', 3), come('bob', 3)]).toEqual([2, 1]);
  });

  test('may count by the minute, and a refusal says so', () => {
    come('ada', 2);
    const refusal = refusalOf(() => limits.take(subject('10.0.0.1', 'a', 'ada')));
    expect(refusal?.message).toBe(
      'The rate limit of the team `core` is reached (2 requests per minute). Try again in 30s.',
    );
    expect(refusal?.details.detail).toBe('teams.core.rpm 2');
    clock.advance(30_000);
    expect(come('ada', 3)).toBe(1);
  });
});
