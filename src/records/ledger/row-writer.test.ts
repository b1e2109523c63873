import { describe, expect, test } from 'bun:test';
import { record } from '../record.fixture.ts';
import { ledgerIn, LIMITS, tempDir } from './ledger.fixture.ts';

const SAID = 'error: a row of the ledger could not be made';

/** A record that throws when a row is made of it. */
function broken(traceId: string) {
  return Object.defineProperty(record({ traceId }), 'tries', {
    get: () => {
      throw new TypeError('no such member');
    },
  });
}

describe('one record that no row can be made of', () => {
  test('is counted and said once; all others are written', async () => {
    using folder = tempDir();
    const { ledger, store, lines } = ledgerIn(folder.dir);
    await ledger.start();
    for (const each of [record({ traceId: 'a' }), broken('b'), record({ traceId: 'c' }), broken('d')])
      ledger.record(each);
    expect(await ledger.settled()).toBe(true);
    ledger.record(record({ traceId: 'e' }));
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(['a', 'c', 'e']);
    expect(ledger.state).toMatchObject({ dropped: 2, waiting: 0 });
    expect(lines).toEqual([SAID]);
    await ledger.close();
  });

  test('nor holds up others when it is JSON that cannot write it', async () => {
    using folder = tempDir();
    const { ledger, store, lines } = ledgerIn(folder.dir);
    await ledger.start();
    const amount = 1n as unknown as number;
    ledger.record(record({ traceId: 'a' }));
    ledger.record(record({ traceId: 'b', charges: [{ budget: 'team', window: 1, amount }] }));
    ledger.record(record({ traceId: 'c' }));
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(['a', 'c']);
    expect(ledger.state).toMatchObject({ dropped: 1, waiting: 0, isWritable: true });
    expect(lines).toEqual([SAID]);
    await ledger.close();
  });

  test('without secrets of clients, whatever masks', async () => {
    using folder = tempDir();
    const mask = (text: string): string => text.replace('hunter2', '***');
    const { ledger, store } = ledgerIn(folder.dir, { limits: { ...LIMITS, mask } });
    await ledger.start();
    ledger.record(record({ traceId: 'a', userAgent: 'my hunter2' }));
    await ledger.settled();
    expect([...store.rows.values()].map(({ userAgent }) => userAgent)).toEqual(['my ***']);
    await ledger.close();
  });
});
