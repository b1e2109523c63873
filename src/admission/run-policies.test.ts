import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { exchangeOf } from '../../test/kit/exchange.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { logSettings } from '../../test/kit/log-settings.ts';
import type { Context } from '../context.ts';
import { AdmissionLease } from '../core/admission-lease.ts';
import { ByteBudget } from '../core/byte-budget.ts';
import type { Exchange } from '../core/exchange.ts';
import { Aborted } from '../core/failure.ts';
import type { ExchangeRecord } from '../core/record.ts';
import { Refusal } from '../core/refusal.ts';
import { finish } from '../records/finish.ts';
import { createLog } from '../records/log/log.ts';
import type { Policy } from './policy.ts';
import { adoptAdmitted, runPolicies } from './run-policies.ts';

type Answer = 'lease' | 'nothing' | 'refusal' | 'bug';

/** Everything that policies took, and how it was settled, in this order. */
class Books {
  readonly taken: NamedLease[] = [];
  readonly settled: { name: string; record: ExchangeRecord | undefined }[] = [];
  /** Names of the policies that were asked. */
  readonly asked: string[] = [];

  take(name: string): NamedLease {
    const lease = new NamedLease(name, this);
    this.taken.push(lease);
    return lease;
  }

  answer(name: string, answer: Answer): AdmissionLease | undefined {
    if (answer === 'refusal') throw new Refusal('queue_full', name);
    if (answer === 'bug') throw new Error(name);
    return answer === 'lease' ? this.take(name) : undefined;
  }

  /** A policy that answers at once. */
  prompt(name: string, answer: Answer): Policy {
    const admit = () => {
      this.asked.push(name);
      return this.answer(name, answer);
    };
    return { name, admit };
  }

  /** A policy that answers when `gate` is open; an abort makes it refuse unless it does not listen. */
  slow(name: string, answer: Answer, gate: Promise<void>, listens: boolean): Policy {
    const admit = async (exchange: Exchange) => {
      this.asked.push(name);
      const aborted = new Promise<never>((_, reject) => {
        if (listens) exchange.whenAborted(() => reject(new Refusal('client_closed_request', name)));
      });
      await Promise.race([gate, aborted]);
      return this.answer(name, answer);
    };
    return { name, admit };
  }
}

class NamedLease extends AdmissionLease {
  constructor(
    readonly name: string,
    private readonly books: Books,
  ) {
    super();
  }

  protected override onSettled(record: ExchangeRecord | undefined): void {
    this.books.settled.push({ name: this.name, record });
  }
}

function stage() {
  const clock = new FakeClock();
  const shown: string[] = [];
  const settings = logSettings(undefined, { consoleFormat: 'json' });
  const log = createLog(settings, { clock, console: (text) => void shown.push(text) });
  const records: ExchangeRecord[] = [];
  const sinks = [{ record: (one: ExchangeRecord) => void records.push(one) }];
  const context = { clock, log, sinks, snapshot: {}, budget: new ByteBudget(Infinity) } as unknown as Context;
  return { books: new Books(), exchange: exchangeOf(clock), context, records, lines: () => shown.map(parse) };
}

function parse(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

async function errorOf(run: () => void | Promise<void>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Lets what was settled be heard of. */
async function heard(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('policies', () => {
  test('that need not wait make no promise, and leases are settled with the record, the newest first', () => {
    const { books, exchange, context, records } = stage();
    const policies = [books.prompt('a', 'lease'), books.prompt('b', 'nothing'), books.prompt('c', 'lease')];
    expect(runPolicies(policies, exchange, context)).toBeUndefined();
    expect([exchange.leases.isComplete, books.settled]).toEqual([true, []]);
    exchange.delivery.status = 200;
    finish(exchange, context);
    finish(exchange, context);
    expect(records).toHaveLength(1);
    const [record] = records;
    expect(books.settled).toEqual([
      { name: 'c', record },
      { name: 'a', record },
    ]);
  });

  test('behind the one that refuses are not asked, and what was taken before is settled at once', () => {
    const { books, exchange, context } = stage();
    const policies = [books.prompt('a', 'lease'), books.prompt('b', 'lease'), books.prompt('c', 'refusal')];
    expect(() => runPolicies([...policies, books.prompt('d', 'lease')], exchange, context)).toThrow(Refusal);
    expect(books.asked).toEqual(['a', 'b', 'c']);
    expect(books.settled.map(({ name, record }) => [name, record])).toEqual([
      ['b', undefined],
      ['a', undefined],
    ]);
    expect(exchange.leases.isComplete).toBe(false);
    finish(exchange, context);
    expect(books.settled).toHaveLength(2);
  });

  test('none of them: the request is let in', () => {
    const { exchange, context } = stage();
    expect(runPolicies([], exchange, context)).toBeUndefined();
    expect(exchange.leases.isComplete).toBe(true);
  });

  test('that answer when the exchange is over have their lease settled at once, and no other is asked', async () => {
    const { books, exchange, context, records } = stage();
    const gate = Promise.withResolvers<void>();
    const policies = [books.prompt('a', 'lease'), books.slow('b', 'lease', gate.promise, false)];
    const failed = errorOf(() => runPolicies([...policies, books.prompt('c', 'lease')], exchange, context));
    finish(exchange, context);
    gate.resolve();
    expect(await failed).toMatchObject({ code: 'client_closed_request' });
    expect(books.settled).toEqual([
      { name: 'a', record: records[0] },
      { name: 'b', record: undefined },
    ]);
    expect(books.asked).toEqual(['a', 'b']);
  });

  test('a lease that throws is a bug, which costs neither the record nor the other leases anything', () => {
    const { books, exchange, context, records, lines } = stage();
    const broken = new (class extends AdmissionLease {
      protected override onSettled(): void {
        throw new Error('out of order');
      }
    })();
    const policies = [books.prompt('a', 'lease'), { name: 'b', admit: () => broken }, books.prompt('c', 'lease')];
    void runPolicies(policies, exchange, context);
    finish(exchange, context);
    expect(books.settled.map(({ name }) => name)).toEqual(['c', 'a']);
    expect(records).toHaveLength(1);
    expect(lines()).toMatchObject([{ level: 'error', trace_id: 'trace', err: { message: 'out of order' } }]);
  });

  test('that a reload puts into force count the requests that were let in before, and no others', () => {
    const { books, exchange, context } = stage();
    void runPolicies([books.prompt('a', 'lease')], exchange, context);
    const asking = exchangeOf(new FakeClock());
    const adopting: Policy = { ...books.prompt('b', 'lease'), adopt: () => books.take('b') };
    adoptAdmitted([books.prompt('c', 'lease'), adopting], [exchange, asking], context);
    expect(books.taken.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(asking.leases.some(() => true)).toBe(false);
    finish(exchange, context);
    expect(books.settled.map(({ name }) => name)).toEqual(['b', 'a']);
  });
});

test('whatever policies do and whenever the request ends, each lease is settled once, the newest first', async () => {
  const answer = fc.constantFrom<Answer>('lease', 'lease', 'lease', 'nothing', 'refusal', 'bug');
  const policy = fc.record({ answer, isSlow: fc.boolean(), listens: fc.boolean() });
  // After so many answers of slow policies the client leaves, and its exchange may be over at once.
  const end = fc.record({ after: fc.nat(6), aborts: fc.boolean(), closes: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(policy, { maxLength: 6 }), end, async (kinds, { after, aborts, closes }) => {
      const { books, exchange, context, records, lines } = stage();
      const gates = kinds.map(() => Promise.withResolvers<void>());
      const policies = kinds.map((kind, at) =>
        kind.isSlow
          ? books.slow(`${at}`, kind.answer, gates[at]!.promise, kind.listens)
          : books.prompt(`${at}`, kind.answer),
      );
      const error = errorOf(() => runPolicies(policies, exchange, context));
      for (const [at, gate] of gates.entries()) {
        if (at === after && aborts) exchange.abort(new Aborted('client_gone'));
        if (at === after && closes) finish(exchange, context);
        gate.resolve();
        await heard();
      }
      const found = await error;
      const takenAt = books.taken.length;
      if (found === undefined) {
        expect([exchange.leases.isComplete, books.asked.length]).toEqual([true, kinds.length]);
      } else {
        // Refused by one, nothing is taken any more.
        expect([exchange.leases.isComplete, exchange.leases.some(() => true), books.settled.length]).toEqual([
          false,
          false,
          takenAt,
        ]);
      }
      finish(exchange, context);
      await heard();
      expect(records).toHaveLength(1);
      expect(exchange.leases.some(() => true)).toBe(false);
      const names = books.taken.map(({ name }) => name);
      expect(books.settled.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
      // With the record those that the exchange held at its end; the others were not let in after all.
      const [withRecord, without] = [true, false].map((has) =>
        books.settled.filter((one) => (one.record !== undefined) === has).map(({ name }) => name),
      );
      expect(withRecord).toEqual(withRecord!.toSorted().toReversed());
      expect(without).toEqual(without!.toSorted().toReversed());
      expect(books.settled.every((one) => one.record === undefined || one.record === records[0])).toBe(true);
      if (found === undefined) expect(without).toEqual([]);
      expect(lines()).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
