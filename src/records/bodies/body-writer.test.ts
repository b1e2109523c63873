import { describe, expect, test } from 'bun:test';
import { exchangeOf } from '../../../test/kit/exchange.ts';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { ByteBudget } from '../../core/byte-budget.ts';
import type { Caller, LogBodies } from '../../core/caller.ts';
import { ANONYMOUS } from '../../core/caller.ts';
import { ExchangeBodies } from '../../core/exchange-bodies.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { StoredBodies } from '../../storage/stored-bodies.ts';
import { createRedactor } from '../log/redact.ts';
import { record } from '../record.fixture.ts';
import { BodyWriter } from './body-writer.ts';
import { keepBodies } from './keep-bodies.ts';
import { unpacked } from './packed.ts';

const MIB = 1024 * 1024;

class Down extends Error {}

/** A writer over a store that can be taken away, and the memory that requests share. */
function writing(mebibytes = 64) {
  const clock = new FakeClock(0, Date.UTC(2026, 10, 22));
  const budget = new ByteBudget(mebibytes * MIB, () => undefined);
  const stored = new Map<string, StoredBodies>();
  const store = { isDown: false, refuses: '' };
  const told: string[] = [];
  const writer = new BodyWriter({
    clock,
    random: () => 0.5,
    sink: {
      append(rows) {
        if (store.isDown) return Promise.reject(new Down());
        if (rows.some(({ id }) => id === store.refuses)) return Promise.reject(new Error('refused'));
        for (const row of rows) stored.set(row.id, row);
        return Promise.resolve(rows.length);
      },
      ping: () => (store.isDown ? Promise.reject(new Down()) : Promise.resolve()),
      isUnavailable: (error) => error instanceof Down,
    },
    mask: createRedactor([]),
    events: {
      stopped: () => void told.push('stopped'),
      resumed: () => void told.push('resumed'),
      lost: () => void told.push('lost'),
    },
  });
  /** An exchange whose client has sent and got so much, and ended. */
  const end = (sent: string, got = 'fine', changes: Partial<ExchangeRecord> = {}): ExchangeBodies => {
    const exchange = exchangeOf(clock);
    exchange.delivery.status = 200;
    const bodies = new ExchangeBodies(exchange, 'all', {
      mostBytes: 64 * MIB,
      share: budget.bodies,
      scrubber: undefined,
    });
    bodies.request.pushText(sent);
    bodies.sent(Buffer.from(got));
    writer.record(record({ ...changes, bodies }));
    bodies.ended();
    return bodies;
  };
  return { clock, budget, stored, store, told, writer, end };
}

describe('a writer of bodies', () => {
  test('hands them to the store, masked, and lets go of their memory', async () => {
    const { writer, budget, stored, end } = writing();
    const { id } = end('my key is sk-abcdefghijklmnopqrstuvwxyz', 'told');
    expect(budget.used).toBeGreaterThan(0);
    expect(await writer.settled()).toBe(true);
    expect([budget.used, budget.bodies.used, writer.waiting, writer.kept]).toEqual([0, 0, 0, 1]);
    const found = stored.get(id);
    if (found === undefined) throw new Error('nothing is stored');
    const { request, answer, traceId } = await unpacked(found);
    expect(traceId).toBe('trace');
    expect(request).toMatchObject({ method: 'POST', cut: false, bytes: 39 });
    expect(request.body).toStartWith('my key is sk-a');
    expect(request.body).toContain('****');
    expect(answer).toMatchObject({ status: 200, body: 'told' });
  });

  test('begins by itself a moment after the first', async () => {
    const { writer, clock, stored, end } = writing();
    end('one');
    end('two');
    expect(clock.pending).toBe(1);
    clock.advance(50);
    await writer.settled();
    expect(stored.size).toBe(2);
  });

  test('leaves out what finds no room: a quarter of the memory is the most, and requests come first', () => {
    const { writer, budget, end } = writing(1);
    const text = 'x'.repeat(200 * 1024);
    expect(end(text).isTaken).toBe(true);
    const second = end(text);
    expect([second.isLeftOut, second.isTaken, writer.leftOut]).toEqual([true, false, 1]);
    expect(budget.bodies.used).toBeLessThanOrEqual(MIB / 4);
    expect(budget.take(MIB / 2)).toBe(true);
    const { used } = budget;
    expect(end('small', 'x'.repeat(MIB)).isLeftOut).toBe(true);
    expect(budget.used).toBe(used);
  });

  test('holds less while the store is away, and hands them over when it is back', async () => {
    const { writer, budget, store, stored, told, end } = writing();
    store.isDown = true;
    end('y'.repeat(500_000));
    const { used } = budget;
    expect(await writer.settled()).toBe(false);
    expect(budget.used).toBeLessThan(used / 100);
    expect([writer.waiting, told]).toEqual([1, ['stopped']]);
    store.isDown = false;
    expect(await writer.settled()).toBe(true);
    expect([stored.size, writer.waiting, budget.used, told]).toEqual([1, 0, 0, ['stopped', 'resumed']]);
  });

  test('goes on behind those that the store refuses, which are counted', async () => {
    const { writer, budget, store, stored, told, end } = writing();
    const all = ['a', 'b', 'c'].map((text) => end(text));
    store.refuses = all[1]?.id ?? '';
    await writer.settled();
    expect([...stored.keys()]).toEqual([all[0]?.id ?? '', all[2]?.id ?? '']);
    expect([writer.lost, writer.waiting, budget.used, told]).toEqual([1, 0, 0, ['lost']]);
  });

  test('takes none of an exchange without a row, and lets go of them', async () => {
    const { writer, budget, stored, end } = writing();
    end('no model', 'refused', { alias: undefined, attempts: 0 });
    end('refused', 'full', { errorCode: 'ledger_full' });
    expect(budget.used).toBe(0);
    await writer.settled();
    expect(stored.size).toBe(0);
  });

  test('at its end says how many are lost, and holds no memory', async () => {
    const { writer, budget, store, end } = writing();
    store.isDown = true;
    end('one');
    end('two');
    expect(await writer.close()).toBe(2);
    expect(budget.used).toBe(0);
  });
});

describe('bodies are copied', () => {
  const limits = { mostBodyBytes: 1024 } as Parameters<typeof keepBodies>[1]['snapshot'];

  /** Of an exchange whose key and whose alias say so. */
  function kept(ofKey: LogBodies | undefined, ofAlias: LogBodies | undefined, snapshot = limits) {
    const exchange = exchangeOf(new FakeClock());
    const key = { logBodies: ofKey } as Caller['key'];
    exchange.caller = { ...ANONYMOUS, key };
    exchange.asked = { alias: { logBodies: ofAlias }, name: 'm', matched: '' } as typeof exchange.asked;
    keepBodies(exchange, { snapshot, budget: new ByteBudget(MIB) });
    return exchange;
  }

  test.each<readonly [LogBodies | undefined, LogBodies | undefined]>([
    [undefined, undefined],
    ['off', 'all'],
    [undefined, 'off'],
  ])('not where they are off (key: %s, alias: %s): nobody sees what passes', (ofKey, ofAlias) => {
    const exchange = kept(ofKey, ofAlias);
    expect(exchange.delivery.bodies).toBeUndefined();
    expect(exchange.delivery.taps).toEqual([]);
    expect(exchange.delivery.readsRequest).toBe(false);
  });

  test('not without a ledger', () => {
    expect(kept('all', 'all', { ...limits, mostBodyBytes: undefined }).delivery.taps).toEqual([]);
  });

  test.each<readonly [LogBodies | undefined, LogBodies | undefined, string]>([
    ['all', undefined, 'all'],
    ['errors', 'all', 'errors'],
    [undefined, 'errors', 'errors'],
  ])('where the key (%s), or else the alias (%s), says so', (ofKey, ofAlias, when) => {
    const { delivery } = kept(ofKey, ofAlias);
    expect(delivery.bodies?.when).toBe(when as 'all');
    expect(delivery.taps).toHaveLength(1);
    expect(delivery.readsRequest).toBe(false);
  });
});

test('a long text is masked in pieces, and none of its keys is cut', async () => {
  const { writer, stored, end } = writing();
  const keys = Array.from({ length: 3000 }, (_, at) => `sk-${String(at).padStart(6, '0')}abcdefghijklmnopqrstuvwx`);
  const asked = JSON.stringify(Object.fromEntries(keys.map((key, at) => [`m${at}`, `say "${key}", please`])));
  const events = keys.map((key) => `data: {"text":"${key}"}\n\n`).join('');
  const { id } = end(asked, events);
  await writer.settled();
  const found = stored.get(id);
  if (found === undefined) throw new Error('nothing is stored');
  const { request, answer } = await unpacked(found);
  for (const body of [request.body ?? '', answer?.body ?? '']) {
    expect(body.match(/sk-\w\*{4}\w{4}/g)).toHaveLength(3000);
    expect(body).not.toContain('abcdefghijkl');
  }
  expect(Object.keys(JSON.parse(request.body ?? '') as object)).toHaveLength(3000);
});
