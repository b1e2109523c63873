// `kill -9` at random moments, again and again: what was on the disk is in the store at the end, and charged, once.
// `CRASH_SEED=7 bun test src/records/ledger/crash.test.ts` replays one.
import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../storage/open-store.ts';
import { tempDir } from './ledger.fixture.ts';

const { CRASH_SEED } = process.env;
const SEEDS = CRASH_SEED === undefined ? [1, 2, 3, 4, 5, 6] : [Number(CRASH_SEED)];
const LIVES = 4;
const CHILD = join(import.meta.dir, 'crash-child.fixture.ts');

describe.each(SEEDS)('seed %d', (seed) => {
  test('what was on the disk when the process was killed is in the store once, and nothing twice', async () => {
    using folder = tempDir();
    const { dir } = folder;
    const durable: string[] = [];
    for (let life = 0; life < LIVES; life++) {
      const kept = await killed(dir, seed * 1000 + life, life);
      for (let row = 0; row < kept; row++) durable.push(`${life}-${row}`);
    }
    const last = Bun.spawn([process.execPath, CHILD, dir, String(seed), '0', 'end'], {
      stdout: 'pipe',
      stderr: 'inherit',
    });
    const [told, code] = await Promise.all([last.stdout.text(), last.exited]);
    expect(code).toBe(0);
    expect(JSON.parse(told)).toMatchObject({ rows: 0, waiting: 0, dropped: 0, setAside: 0, damaged: 0 });
    const store = await openStore({ kind: 'sqlite', file: join(dir, 'llm-proxy.db') });
    const traces = (await Array.fromAsync(store.ledger.export({}))).map(({ traceId }) => traceId);
    const { discrepancies } = await store.ledger.verify();
    const spent = await store.budgets.spent();
    await store.close();
    const there = new Set(traces);
    expect(durable.filter((trace) => !there.has(trace))).toEqual([]);
    expect(there.size).toBe(traces.length);
    expect(discrepancies).toEqual([]);
    expect(spent).toEqual([{ budget: 'all', window: 0, amount: BigInt(traces.length) }]);
    expect(durable.length).toBeGreaterThan(0);
    expect(readdirSync(join(dir, 'journal')).filter((name) => name.endsWith('.journal'))).toEqual([]);
  });
});

/** Lets a process run until a random moment, and kills it; resolves to how many of its rows were on the disk then, at least. */
async function killed(dir: string, seed: number, life: number): Promise<number> {
  const child = Bun.spawn([process.execPath, CHILD, dir, String(seed), String(life)], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  let told = '';
  const decoder = new TextDecoder();
  // A moment after its first row is on the disk: soon enough to hit it while it ships and writes.
  const most = (seed * 7919) % 300;
  let isDoomed = false;
  for await (const piece of child.stdout) {
    told += decoder.decode(piece, { stream: true });
    if (isDoomed || keptIn(told) === 0) continue;
    isDoomed = true;
    setTimeout(() => child.kill('SIGKILL'), most);
  }
  await child.exited;
  expect(child.signalCode).toBe('SIGKILL');
  return keptIn(told);
}

/** What the last whole line says. */
function keptIn(told: string): number {
  const line = told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1) ?? '';
  return Number(line.split(' ')[1] ?? 0);
}
