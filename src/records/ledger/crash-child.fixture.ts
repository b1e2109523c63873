// A process with a ledger that somebody kills. It records rows in bursts and says of every moment how many it has begun and
// how many are on the disk: `SEEN DURABLE`. Arguments: the folder, a seed, the number of its first row; `end`: ships all, and ends.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RowJson } from '../../core/ledger-row.ts';
import { systemClock } from '../../lib/clock.ts';
import { openStore } from '../../storage/open-store.ts';
import { record } from '../record.fixture.ts';
import { HeardLog } from './ledger.fixture.ts';
import { Ledger } from './ledger.ts';
import type { LedgerSink } from './ledger-sink.ts';
import { storeSink } from './store-sink.ts';

const [dir = '', seed = '0', first = '0', end] = process.argv.slice(2);
let state = Number(seed);

/** Mulberry32. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** The store, which is away now and then, before it has written or after. */
class UnsteadyStore implements LedgerSink {
  isReliable = false;
  readonly #sink = storeSink(() => Promise.resolve(store));

  async append(rows: readonly RowJson[]): Promise<number> {
    const fails = !this.isReliable && random() < 0.3;
    const isBefore = random() < 0.5;
    if (random() < 0.5) await Bun.sleep(random() * 5);
    if (fails && isBefore) throw new Away();
    const added = await this.#sink.append(rows);
    // Whoever is killed here, or fails, does not know that the store has them.
    if (fails) throw new Away();
    return added;
  }

  async ping(): Promise<void> {
    await this.#sink.ping();
  }

  isUnavailable(error: unknown): boolean {
    return error instanceof Away || this.#sink.isUnavailable(error);
  }
}

class Away extends Error {}

/** Every row takes one of the same budget. */
const CHARGES = [{ budget: 'all', window: 0, amount: 1 }];

const store = await openStore({ kind: 'sqlite', file: join(dir, 'llm-proxy.db') });
const sink = new UnsteadyStore();
const tools = { clock: systemClock, log: new HeardLog().log, random, sink };
const limits = {
  mask: (text: string) => text,
  maxJournalBytes: 64 * 1024 * (1 + Math.floor(random() * 1000)),
  onFull: 'refuse' as const,
};
const ledger = new Ledger({ dataDir: dir, node: `n${seed}` }, tools, limits);
sink.isReliable = end !== undefined;
await ledger.start();
if (end !== undefined) {
  if (!(await ledger.settled())) throw new Error('the ledger is not through');
  await ledger.close();
  process.stdout.write(`${JSON.stringify(ledger.state)}\n`);
  process.exit(0);
}
for (let seen = 0; ;) {
  const burst = Math.floor(random() * 40);
  for (let index = 0; index < burst; index++, seen++)
    ledger.record(record({ traceId: `${first}-${seen}`, startedAt: Date.now(), charges: CHARGES }));
  writeSync(1, `${seen} ${seen - ledger.state.waiting}\n`);
  await Bun.sleep(random() * 10);
}
