import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerRow, RowJson } from '../../core/ledger-row.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Log } from '../log/log.ts';
import { Ledger } from './ledger.ts';
import type { LedgerSink } from './ledger-sink.ts';
import type { WriterLimits } from './row-writer.ts';

/** A store that can be taken away, and that refuses what it is told to. */
export class FakeStore implements LedgerSink {
  readonly rows = new Map<string, LedgerRow>();
  /** How many rows came again. */
  again = 0;
  appends = 0;
  isDown = false;
  refuses: (row: LedgerRow) => boolean = () => false;

  append(texts: readonly RowJson[]): Promise<number> {
    const rows = texts.map((text) => JSON.parse(text) as LedgerRow);
    this.appends++;
    if (this.isDown) return Promise.reject(new Down('the store is down'));
    if (rows.some((row) => this.refuses(row))) return Promise.reject(new Error('invalid byte sequence'));
    const before = this.rows.size;
    for (const row of rows) {
      if (this.rows.has(row.id)) this.again++;
      else this.rows.set(row.id, row);
    }
    return Promise.resolve(this.rows.size - before);
  }

  ping(): Promise<void> {
    return this.isDown ? Promise.reject(new Down('the store is down')) : Promise.resolve();
  }

  isUnavailable(error: unknown): boolean {
    return error instanceof Down;
  }

  /** The trace ids, in the order in which they came. */
  get traces(): string[] {
    return Array.from(this.rows.values(), ({ traceId }) => traceId);
  }
}

class Down extends Error {}

/** Lines of a log, as `level: message`. */
export class HeardLog {
  readonly lines: string[] = [];

  get log(): Log {
    const heard = (level: string) => (msg: string) => void this.lines.push(`${level}: ${msg}`);
    return { error: heard('error'), warn: heard('warn'), info: heard('info') } as unknown as Log;
  }
}

/** A folder for a test, and how to be rid of it. */
export function tempDir(): { readonly dir: string; [Symbol.dispose](): void } {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-ledger-'));
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

export const LIMITS: WriterLimits = { maxJournalBytes: 64 * 1024 * 1024, onFull: 'drop', mask: (text) => text };

/** A ledger in a folder, with its store and its log. */
export function ledgerIn(dataDir: string, { store = new FakeStore(), limits = LIMITS, clock = systemClock } = {}) {
  const heard = new HeardLog();
  const tools = { clock, log: heard.log, random: () => 0.5, sink: store };
  return { ledger: new Ledger({ dataDir, node: 'here' }, tools, limits), store, lines: heard.lines };
}
