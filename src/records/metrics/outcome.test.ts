import { describe, expect, test } from 'bun:test';
import { CONSEQUENCES } from '../../core/failure.ts';
import type { AttemptRecord } from '../../core/record.ts';
import { isCutByBackend, OUTCOMES, outcomeOf, rejectedThenServed } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { attempt, record, refused } from '../record.fixture.ts';

describe('what a request came to', () => {
  const failed = attempt({ failure: 'overloaded', status: 503 });
  const overtaken = attempt({ failure: 'hedge_lost', status: undefined });
  const lost = attempt({ failure: 'hedge_lost', status: undefined, hedge: 'lost' });
  const unknown = attempt({ failure: 'not_found', status: 404, model: 'typo', modelLabel: 'models/*' });
  const ofWildcard = (...tries: AttemptRecord[]) => record({ askedLabel: 'n/*', status: 404, tries });
  const table: [string, Outcome, ReturnType<typeof record>][] = [
    ['served at once', 'served', record()],
    ['served by the second route', 'failover', record({ tries: [failed, attempt()] })],
    ['served by a hedge that overtook', 'served', record({ tries: [overtaken, attempt({ hedge: 'won' })] })],
    ['served by the first, which overtook its hedge', 'served', record({ tries: [lost, attempt()] })],
    [
      'served by the first, with a hedge that failed',
      'served',
      record({ tries: [{ ...failed, hedge: 'failed' }, attempt()] }),
    ],
    ['served by a hedge once the first failed', 'failover', record({ tries: [failed, attempt({ hedge: 'won' })] })],
    ['served by another alias', 'fallback', record({ servedAlias: 'claude', tries: [failed, attempt()] })],
    ['served by another alias, with nothing tried before', 'fallback', record({ servedAlias: 'claude' })],
    ['a stream that broke off', 'interrupted', record({ interrupted: true, tries: [failed] })],
    ['503 from every route', 'failed', record({ status: 503, tries: [failed, failed] })],
    ["a provider's 429", 'failed', record({ status: 429, tries: [attempt({ failure: 'rate_limited' })] })],
    ["a provider's 404", 'failed', record({ status: 404, tries: [attempt({ failure: 'not_found' })] })],
    ['a 200 that holds an error', 'failed', record({ tries: [attempt({ failure: 'server_error' })] })],
    ['a bug', 'failed', record({ status: 500, tries: [] })],
    [
      'another alias that failed too',
      'failed',
      record({ status: 503, servedAlias: 'claude', tries: [failed, failed] }),
    ],
    ['a full queue', 'turned_away', refused(503, 'queue_full')],
    ['a rate limit of our own', 'limited', refused(429, 'rate_limit_exceeded')],
    ['broken JSON', 'client_error', refused(400, 'invalid_json')],
    ['too long a prompt', 'client_error', record({ status: 400, tries: [attempt({ failure: 'context_length' })] })],
    ["a provider's 400", 'rejected', record({ status: 400, tries: [attempt({ failure: 'bad_request' })] })],
    ['a 400 of every route', 'rejected', record({ status: 400, tries: [failed, attempt({ failure: 'bad_request' })] })],
    ['an answer of the gateway itself', 'client_error', record({ status: 404, tries: [] })],
    ['a client that left', 'client_left', record({ status: 499, tries: [attempt({ failure: 'client_gone' })] })],
    [
      'a client that left before anything came',
      'gave_up',
      record({ status: 499, ttftMs: undefined, tries: [attempt({ failure: 'client_gone' })] }),
    ],
    ['a client that left the queue', 'gave_up', record({ status: 499, ttftMs: undefined, tries: [] })],
    [
      'a client that takes nothing of a stream without content',
      'client_left',
      record({ ttftMs: undefined, tries: [attempt({ failure: 'write_timeout' })] }),
    ],
    ['a model that no backend of a wildcard knows', 'client_error', ofWildcard(unknown, unknown)],
    ['the same after a route that is down', 'failed', ofWildcard(failed, unknown)],
    ['a model of the config behind a wildcard that is gone', 'failed', ofWildcard({ ...unknown, modelLabel: 'gpt' })],
    [
      'a model of the config that fell back to a wildcard',
      'failed',
      record({ askedLabel: 'gpt-4', status: 404, tries: [unknown] }),
    ],
    [
      'a client that stalls',
      'client_left',
      record({ interrupted: true, tries: [attempt({ failure: 'write_timeout' })] }),
    ],
  ];

  test.each(table)('%s: %s', (_what, outcome, made) => expect(outcomeOf(made)).toBe(outcome));

  test('every outcome is in the table', () =>
    expect(new Set(table.map(([, outcome]) => outcome))).toEqual(new Set(Object.keys(OUTCOMES) as Outcome[])));

  test('a request that a failure of any kind has ended was not served', () => {
    for (const failure of Object.keys(CONSEQUENCES)) {
      const outcome = outcomeOf(record({ tries: [attempt({ failure })] }));
      expect(['failed', 'rejected', 'client_error', 'client_left']).toContain(outcome);
    }
  });
});

test('a cut is the backend’s unless the client or the end of the gateway has made it', () => {
  const cut = (failure: string): boolean =>
    isCutByBackend(record({ interrupted: true, tries: [attempt({ failure })] }));
  expect(Object.keys(CONSEQUENCES).filter((failure) => !cut(failure))).toEqual([
    'write_timeout',
    'client_gone',
    'shutting_down',
  ]);
  expect(isCutByBackend(record())).toBe(false);
});

describe('an attempt that was called invalid', () => {
  const invalid = attempt({ failure: 'bad_request', status: 400 });
  const other = attempt({ backend: 'other' });
  const cut = attempt({ backend: 'other', failure: 'read_timeout' });

  test('was so wrongly if another route served, even in part', () => {
    for (const made of [
      record({ tries: [invalid, other] }),
      record({ servedAlias: 'claude', tries: [invalid, other] }),
      record({ interrupted: true, tries: [invalid, cut] }),
      record({ status: 499, tries: [invalid, attempt({ failure: 'client_gone' })] }),
    ])
      expect(rejectedThenServed(made)).toEqual([invalid]);
  });

  test('was so rightly, for all that anyone knows, if none served', () => {
    for (const made of [
      record({ status: 400, tries: [invalid] }),
      record({ status: 400, tries: [invalid, invalid] }),
      record({ status: 503, tries: [invalid, attempt({ failure: 'overloaded' })] }),
      record({ status: 499, ttftMs: undefined, tries: [invalid, attempt({ failure: 'client_gone' })] }),
      record({ tries: [attempt({ failure: 'overloaded' }), other] }),
    ])
      expect(rejectedThenServed(made)).toEqual([]);
  });
});
