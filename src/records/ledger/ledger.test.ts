// The ledger on a real disk, before a store that comes and goes.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { eventually } from '../../../test/kit/settled.ts';
import { record } from '../record.fixture.ts';
import type { Ledger } from './ledger.ts';
import { FakeStore, ledgerIn, LIMITS, tempDir } from './ledger.fixture.ts';
import { RecordBatch } from './record-batch.ts';

let folder: ReturnType<typeof tempDir>;
let dir: string;
beforeEach(() => {
  folder = tempDir();
  dir = join(folder.dir, 'data');
});
afterEach(() => folder[Symbol.dispose]());

function put(ledger: Ledger, count: number, prefix = 't'): string[] {
  const traces = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  for (const traceId of traces) ledger.record(record({ traceId }));
  return traces;
}

const segments = (): string[] => readdirSync(join(dir, 'journal')).filter((name) => name.endsWith('.journal'));

describe('the ledger', () => {
  test('brings every row into the store, once and in order, and keeps no file of it', async () => {
    const { ledger, store } = ledgerIn(dir);
    await ledger.start();
    const traces = put(ledger, 1200);
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(traces);
    expect(store.again).toBe(0);
    expect(ledger.state).toMatchObject({ rows: 0, lagMs: 0 });
    // In the order of their ids.
    expect([...store.rows.keys()].toSorted()).toEqual([...store.rows.keys()]);
    await ledger.close();
    const next = ledgerIn(dir, { store });
    await next.ledger.start();
    expect(await next.ledger.settled()).toBe(true);
    expect([store.rows.size, store.again]).toEqual([1200, 0]);
    expect(next.ledger.state).toMatchObject({ rows: 0, bytes: 0, lagMs: 0 });
    await next.ledger.close();
    expect(segments()).toEqual([]);
  });

  test('writes rows by itself, soon after they come, for its owner alone', async () => {
    const { ledger, store } = ledgerIn(dir);
    await ledger.start();
    const arrived = Promise.withResolvers<void>();
    const append = store.append.bind(store);
    store.append = async (rows) => {
      const added = await append(rows);
      arrived.resolve();
      return added;
    };
    put(ledger, 1);
    await arrived.promise;
    expect(store.traces).toEqual(['t-0']);
    expect(statSync(join(dir, 'journal')).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(dir, 'journal')))
      expect([name, statSync(join(dir, 'journal', name)).mode & 0o777]).toEqual([name, 0o600]);
    await ledger.close();
  });

  test('has a row on the disk within 100 ms of the end of its request', async () => {
    const clock = new FakeClock();
    const { ledger } = ledgerIn(dir, { clock });
    await ledger.start();
    put(ledger, 3);
    expect(ledger.state.waiting).toBe(3);
    // Half of it is left for the disk.
    clock.advance(50);
    await eventually(() => ledger.state.waiting === 0);
    expect(statSync(join(dir, 'journal', segments()[0] ?? '')).size).toBe(ledger.state.bytes);
    expect(ledger.state.rows).toBe(3);
    await ledger.close();
  });

  test('keeps rows while the store is away, says so once, and ships them when it is back', async () => {
    const { ledger, store, lines } = ledgerIn(dir);
    await ledger.start();
    store.isDown = true;
    const traces = put(ledger, 3000);
    expect(await ledger.settled()).toBe(false);
    expect(await ledger.settled()).toBe(false);
    expect(ledger.state.isStoreUp).toBe(false);
    expect(ledger.state.rows).toBe(3000);
    expect(ledger.state.lagMs).toBeGreaterThan(0);
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(traces);
    expect(ledger.state).toMatchObject({ rows: 0, lagMs: 0 });
    expect(lines).toEqual([
      'error: the store takes no rows of the ledger: they wait in the journal',
      'info: the store takes rows of the ledger again',
    ]);
    await ledger.close();
  });

  test('comes back to the store by itself', async () => {
    const { ledger, store } = ledgerIn(dir);
    await ledger.start();
    store.isDown = true;
    put(ledger, 10);
    expect(await ledger.settled()).toBe(false);
    const arrived = Promise.withResolvers<void>();
    const append = store.append.bind(store);
    store.append = async (rows) => {
      store.isDown = store.appends < 3;
      const added = await append(rows);
      arrived.resolve();
      return added;
    };
    await arrived.promise;
    expect(store.rows.size).toBe(10);
    await ledger.close();
  });

  test('hands what it could not ship to the next process, by many small segments as well', async () => {
    const store = new FakeStore();
    store.isDown = true;
    const limits = { ...LIMITS, maxJournalBytes: 400 * 1024 };
    const traces: string[] = [];
    for (let process = 0; process < 3; process++) {
      const { ledger } = ledgerIn(dir, { store, limits });
      await ledger.start();
      for (let round = 0; round < 5; round++) {
        traces.push(...put(ledger, 40, `p${process}-${round}`));
        expect(await ledger.settled()).toBe(false);
      }
      expect(ledger.state.rows).toBe(traces.length);
      await ledger.close();
    }
    expect(segments().length).toBeGreaterThan(4);
    store.isDown = false;
    const { ledger } = ledgerIn(dir, { store, limits });
    await ledger.start();
    expect(store.traces).toEqual(traces);
    expect([store.again, ledger.state.rows]).toEqual([0, 0]);
    await ledger.close();
    expect(segments()).toEqual([]);
  });

  test('tells what the store does not have, while nothing is shipped', async () => {
    const store = new FakeStore();
    store.isDown = true;
    const first = ledgerIn(dir, { store });
    await first.ledger.start();
    const traces = put(first.ledger, 700);
    await first.ledger.close();
    const { ledger } = ledgerIn(dir, { store });
    await ledger.start();
    put(ledger, 5, 'new');
    const left = await ledger.replayUnshipped(async (rows) => {
      store.isDown = false;
      const appends = store.appends;
      const found: string[] = [];
      for await (const { traceId } of rows) found.push(traceId);
      expect(store.appends).toBe(appends);
      return found;
    });
    expect(left).toEqual(traces);
    expect(await ledger.settled()).toBe(true);
    expect(store.rows.size).toBe(705);
    expect(await ledger.replayUnshipped((rows) => Array.fromAsync(rows))).toEqual([]);
    await ledger.close();
  });

  test('sets a row aside that the store refuses, and ships those beside it', async () => {
    const { ledger, store, lines } = ledgerIn(dir);
    await ledger.start();
    store.refuses = ({ traceId }) => traceId === 't-17' || traceId === 't-300';
    const traces = put(ledger, 400);
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(traces.filter((trace) => trace !== 't-17' && trace !== 't-300'));
    expect(ledger.state.setAside).toBe(2);
    const aside = readFileSync(join(dir, 'ledger-set-aside.jsonl'), 'utf8').trim().split('\n');
    expect(aside.map((line) => JSON.parse(line))).toMatchObject([
      { reason: 'invalid byte sequence', row: { traceId: 't-17' } },
      { reason: 'invalid byte sequence', row: { traceId: 't-300' } },
    ]);
    expect(statSync(join(dir, 'ledger-set-aside.jsonl')).mode & 0o777).toBe(0o600);
    expect(lines).toEqual(Array(2).fill('error: the store refuses a row of the ledger, which is set aside'));
    await ledger.close();
  });

  test('sets no more aside where the store refuses all there is', async () => {
    const { ledger, store, lines } = ledgerIn(dir);
    await ledger.start();
    store.refuses = () => true;
    const traces = put(ledger, 100);
    for (let tries = 0; tries < 3; tries++) expect(await ledger.settled()).toBe(false);
    expect(ledger.state).toMatchObject({ setAside: 16, rows: 100 });
    expect(readFileSync(join(dir, 'ledger-set-aside.jsonl'), 'utf8').trim().split('\n')).toHaveLength(16);
    expect(lines.at(-1)).toBe('error: the store takes no rows of the ledger: they wait in the journal');
    store.refuses = () => false;
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(traces.slice(16));
    await ledger.close();
  });

  test('takes no store for one that refuses when it only falls silent', async () => {
    const { ledger, store } = ledgerIn(dir);
    await ledger.start();
    store.refuses = () => true;
    store.ping = () => Promise.reject(new Error('gone'));
    put(ledger, 3);
    expect(await ledger.settled()).toBe(false);
    expect(ledger.state.setAside).toBe(0);
    store.refuses = () => false;
    expect(await ledger.settled()).toBe(true);
    expect(store.rows.size).toBe(3);
    await ledger.close();
  });

  test('drops rows that the journal has no room for, says so once, and goes on when there is room', async () => {
    const { ledger, store, lines } = ledgerIn(dir, { limits: { ...LIMITS, maxJournalBytes: 200 * 1024 } });
    await ledger.start();
    store.isDown = true;
    for (let round = 0; round < 12; round++) {
      put(ledger, 40, `r${round}`);
      await ledger.settled();
    }
    const { dropped } = ledger.state;
    expect(dropped).toBeGreaterThan(0);
    expect(ledger.state.isFull).toBe(true);
    expect(ledger.isRefusing).toBe(false);
    expect(lines.filter((line) => line.includes('being dropped'))).toHaveLength(1);
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    expect(store.rows.size).toBe(480 - dropped);
    expect(ledger.state.isFull).toBe(false);
    put(ledger, 1, 'after');
    await ledger.settled();
    expect(store.rows.size).toBe(481 - dropped);
    expect(lines).toContain('info: the store takes rows of the ledger again');
    expect(lines).toContain('info: the ledger has room again');
    await ledger.close();
  });

  test('loses no row where new requests are refused instead', async () => {
    const limits = { ...LIMITS, maxJournalBytes: 100 * 1024, onFull: 'refuse' as const };
    const { ledger, store, lines } = ledgerIn(dir, { limits });
    await ledger.start();
    store.isDown = true;
    put(ledger, 200);
    await ledger.settled();
    expect(ledger.isRefusing).toBe(true);
    put(ledger, 10, 'under-way');
    await ledger.settled();
    expect(lines.filter((line) => line.includes('refused'))).toEqual([
      'error: the ledger is full: new requests are refused',
    ]);
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    expect(ledger.isRefusing).toBe(false);
    expect(store.rows.size).toBe(210);
    expect(ledger.state.dropped).toBe(0);
    await ledger.close();
  });

  test('ships from memory where the journal cannot be written, and writes it again when it can', async () => {
    writeFileSync(dir, 'a file where a folder should be');
    const { ledger, store, lines } = ledgerIn(dir);
    await ledger.start();
    put(ledger, 600);
    expect(await ledger.settled()).toBe(true);
    expect(store.rows.size).toBe(600);
    expect(ledger.state.isWritable).toBe(false);
    rmSync(dir);
    put(ledger, 5, 'later');
    expect(await ledger.settled()).toBe(true);
    expect([store.rows.size, store.again]).toEqual([605, 0]);
    expect(ledger.state.isWritable).toBe(true);
    expect(segments()).toHaveLength(1);
    expect(lines).toEqual([
      'error: the journal of the ledger cannot be written: rows wait in memory',
      'info: the journal of the ledger is written again',
    ]);
    await ledger.close();
  });

  test('keeps a bounded number of rows in memory where there is neither journal nor store', async () => {
    writeFileSync(dir, 'a file where a folder should be');
    const { ledger, store } = ledgerIn(dir);
    await ledger.start();
    store.isDown = true;
    for (let round = 0; round < 12; round++) {
      put(ledger, 1000, `r${round}`);
      await ledger.settled();
    }
    expect(ledger.state.rows).toBe(10_000);
    expect(ledger.state.dropped).toBe(2000);
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    expect(store.rows.size).toBe(10_000);
    await ledger.close();
  });

  test('says how many rows are lost when it ends with neither', async () => {
    writeFileSync(dir, 'a file where a folder should be');
    const { ledger, store, lines } = ledgerIn(dir);
    await ledger.start();
    store.isDown = true;
    put(ledger, 3);
    await ledger.close();
    expect(lines.at(-1)).toBe('error: rows of the ledger are lost');
  });

  test('ships a row that is longer than what is read at once', async () => {
    const store = new FakeStore();
    store.isDown = true;
    const first = ledgerIn(dir, { store });
    await first.ledger.start();
    const alias = 'x'.repeat(3 * 1024 * 1024);
    for (const traceId of ['before', 'long', 'after'])
      first.ledger.record(record({ traceId, ...(traceId === 'long' && { alias }) }));
    await first.ledger.close();
    store.isDown = false;
    const { ledger } = ledgerIn(dir, { store });
    await ledger.start();
    expect(store.traces).toEqual(['before', 'long', 'after']);
    expect([...store.rows.values()][1]?.alias).toBe(alias);
    await ledger.close();
  });

  test('does without a journal while another process has the folder', async () => {
    const first = ledgerIn(dir);
    await first.ledger.start();
    const second = ledgerIn(dir, { store: first.store });
    await second.ledger.start();
    put(second.ledger, 3, 'second');
    expect(await second.ledger.settled()).toBe(true);
    expect(second.lines[0]).toContain('cannot be written');
    await first.ledger.close();
    put(second.ledger, 3, 'later');
    expect(await second.ledger.settled()).toBe(true);
    expect(second.ledger.state.isWritable).toBe(true);
    expect(first.store.rows.size).toBe(6);
    await second.ledger.close();
  });

  test('counts a torn end once, and ships the rows before it', async () => {
    const store = new FakeStore();
    store.isDown = true;
    const first = ledgerIn(dir, { store });
    await first.ledger.start();
    const traces = put(first.ledger, 5);
    await first.ledger.close();
    const [name = ''] = segments();
    truncateSync(join(dir, 'journal', name), statSync(join(dir, 'journal', name)).size - 40);
    const { ledger, lines } = ledgerIn(dir, { store });
    await ledger.start();
    await ledger.settled();
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    expect(store.traces).toEqual(traces.slice(0, -1));
    expect(ledger.state).toMatchObject({ dropped: 0, torn: 1, damaged: 0, setAside: 0 });
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
    expect(ledger.state.rows).toBe(0);
    await ledger.close();
  });

  test('keeps the bytes of a damaged row for people, and ships all others', async () => {
    const store = new FakeStore();
    store.isDown = true;
    const first = ledgerIn(dir, { store });
    await first.ledger.start();
    const traces = put(first.ledger, 5);
    await first.ledger.close();
    const path = join(dir, 'journal', segments()[0] ?? '');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('t-2');
    bytes[at] = 0;
    writeFileSync(path, bytes);
    store.isDown = false;
    const { ledger, lines } = ledgerIn(dir, { store });
    await ledger.start();
    expect(store.traces).toEqual(traces.filter((trace) => trace !== 't-2'));
    expect(ledger.state).toMatchObject({ damaged: 1, torn: 0 });
    expect(lines).toEqual(['error: the journal of the ledger is damaged']);
    const [aside = ''] = readFileSync(join(dir, 'ledger-set-aside.jsonl'), 'utf8').split('\n');
    const { bytes: kept, reason } = JSON.parse(aside) as { bytes: string; reason: string };
    expect([reason, Buffer.from(kept, 'base64').toString()]).toEqual(['damaged', expect.stringContaining('\0-2')]);
    await ledger.close();
  });

  test('gets over a segment that somebody has deleted', async () => {
    const store = new FakeStore();
    store.isDown = true;
    const { ledger } = ledgerIn(dir, { store });
    await ledger.start();
    put(ledger, 4001);
    await ledger.settled();
    for (const name of segments()) rmSync(join(dir, 'journal', name));
    await ledger.settled();
    store.isDown = false;
    expect(await ledger.settled()).toBe(true);
    put(ledger, 3, 'new');
    expect(await ledger.settled()).toBe(true);
    await ledger.close();
  });

  test('leaves a segment of a later version alone, and says so', async () => {
    mkdirSync(join(dir, 'journal'), { recursive: true });
    const path = join(dir, 'journal', '000000000007.journal');
    const later = Buffer.from(new RecordBatch().add('{"journal":2,"node":"n"}').add('{"any":1}').bytes);
    writeFileSync(path, later);
    const { ledger, store, lines } = ledgerIn(dir);
    await ledger.start();
    put(ledger, 2);
    expect(await ledger.settled()).toBe(true);
    expect(store.rows.size).toBe(2);
    await ledger.close();
    expect(readFileSync(path)).toEqual(later);
    expect(lines).toEqual(['error: the journal of the ledger has a segment of a later version, which is left alone']);
  });

  test('ships again what an unreadable position does not vouch for, and the store has it', async () => {
    const store = new FakeStore();
    const first = ledgerIn(dir, { store });
    await first.ledger.start();
    put(first.ledger, 5);
    await first.ledger.settled();
    store.isDown = true;
    put(first.ledger, 1, 'left');
    await first.ledger.close();
    store.isDown = false;
    writeFileSync(join(dir, 'journal', 'position'), 'nonsense');
    const { ledger } = ledgerIn(dir, { store });
    await ledger.start();
    expect([store.rows.size, store.again]).toEqual([6, 5]);
    await ledger.close();
  });
});
