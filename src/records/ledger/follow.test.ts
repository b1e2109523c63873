import { afterEach, beforeEach, expect, test } from 'bun:test';
import { join } from 'node:path';
import { record } from '../record.fixture.ts';
import { follow } from './follow.ts';
import { ledgerIn, LIMITS, tempDir } from './ledger.fixture.ts';

let folder: ReturnType<typeof tempDir>;
beforeEach(() => {
  folder = tempDir();
});
afterEach(() => folder[Symbol.dispose]());

test('whoever follows a journal sees its last rows and then each that comes, through segments that are shipped and deleted', async () => {
  const { ledger, store } = ledgerIn(folder.dir, { limits: { ...LIMITS, maxJournalBytes: 40 * 1024 } });
  await ledger.start();
  const put = async (trace: string): Promise<void> => {
    ledger.record(record({ traceId: trace }));
    await ledger.settled();
  };
  for (const trace of ['a', 'b', 'c']) await put(trace);
  const rows = follow(join(folder.dir, 'journal'), 2);
  const next = async (): Promise<string | undefined> => (await rows.next()).value?.traceId;
  expect([await next(), await next()]).toEqual(['b', 'c']);
  // A segment has room for a few rows.
  for (let n = 0; n < 40; n++) {
    await put(`row-${n}`);
    expect(await next()).toBe(`row-${n}`);
  }
  expect(store.rows.size).toBe(43);
  await rows.return(undefined);
  await ledger.close();
});

test('whoever follows none is told so', async () => {
  expect(follow(join(folder.dir, 'nothing'), 1).next()).rejects.toMatchObject({ code: 'ENOENT' });
});
