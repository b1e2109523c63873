// A process with a ledger that somebody kills. It records rows in bursts and says of every moment how many it has begun and
// how many are on the disk: `SEEN DURABLE`. Arguments: the folder, a seed, the number of its first row; `end`: ships all, and ends.
import { Database } from 'bun:sqlite';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerRow } from '../../core/ledger-row.ts';
import { systemClock } from '../../lib/clock.ts';
import { record } from '../record.fixture.ts';
import { HeardLog } from './ledger.fixture.ts';
import { Ledger } from './ledger.ts';
import type { LedgerSink } from './ledger-sink.ts';

const [dir = '', seed = '0', first = '0', end] = process.argv.slice(2);
let state = Number(seed);

/** Mulberry32. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** A store on the disk. It counts a row together with it, and is away now and then. */
class DiskStore implements LedgerSink {
  readonly #database: Database;
  isReliable = false;

  constructor(path: string) {
    this.#database = new Database(path, { create: true });
    this.#database.run('PRAGMA journal_mode = WAL');
    this.#database.run('CREATE TABLE IF NOT EXISTS ledger (id TEXT PRIMARY KEY, trace TEXT, at INTEGER)');
    this.#database.run('CREATE TABLE IF NOT EXISTS sums (one INTEGER PRIMARY KEY, rows INTEGER)');
    this.#database.run('INSERT OR IGNORE INTO sums VALUES (1, 0)');
  }

  async append(rows: readonly LedgerRow[]): Promise<void> {
    const fails = !this.isReliable && random() < 0.3;
    // Whoever is killed here has not shipped; whoever is killed after the transaction does not know that he has.
    if (random() < 0.5) await Bun.sleep(random() * 5);
    if (fails && random() < 0.5) throw new Away();
    this.#database.transaction(() => {
      for (const { id, traceId } of rows) {
        const { changes } = this.#database.run('INSERT OR IGNORE INTO ledger VALUES (?, ?, ?)', [id, traceId, 0]);
        this.#database.run('UPDATE sums SET rows = rows + ?', [changes]);
      }
    })();
    if (fails) throw new Away();
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  isUnavailable(error: unknown): boolean {
    return error instanceof Away;
  }
}

class Away extends Error {}

const store = new DiskStore(join(dir, 'store.db'));
const tools = { clock: systemClock, log: new HeardLog().log, random, sink: store };
const limits = { maxJournalBytes: 64 * 1024 * (1 + Math.floor(random() * 1000)), onFull: 'refuse' as const };
const ledger = new Ledger({ dataDir: dir, node: `n${seed}` }, tools, limits);
store.isReliable = end !== undefined;
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
    ledger.record(record({ traceId: `${first}-${seen}`, startedAt: Date.now() }));
  writeSync(1, `${seen} ${seen - ledger.state.waiting}\n`);
  await Bun.sleep(random() * 10);
}
