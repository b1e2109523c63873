import type { LedgerRow } from '../../core/ledger-row.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { TokenClasses } from '../../core/token-classes.ts';
import type { Clock } from '../../lib/clock.ts';
import { rowOf, type Mask } from '../ledger/row-of.ts';
import { recordId } from '../record-id.ts';
import type { Sink } from '../sink.ts';
import { RecentRecords } from './recent-records.ts';
import { StepSeries, type StepCounts } from './step-series.ts';
import { TopNames } from './top-names.ts';
import { bucketOf } from './ttft-buckets.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A day, and the one before it to compare with. */
const MINUTES = 49 * 60;
/** A month likewise. */
const HOURS = 61 * 24;
/** Names are told apart for the last hour and a quarter in steps of five minutes, and for the day before in hours. */
const NAME_STEP_MS = 5 * MINUTE_MS;
const NAME_STEPS = 16;
const NAME_HOURS = 25;

/**
 * What this process has seen lately: the last records, sums by minute and hour, and who asked for what. All of it has a
 * size that does not grow, and is there without a database.
 */
export class RecentActivity implements Sink {
  readonly records = new RecentRecords();
  readonly minutes = new StepSeries(MINUTE_MS, MINUTES);
  readonly hours = new StepSeries(HOUR_MS, HOURS);
  readonly names = new TopNames(NAME_STEP_MS, NAME_STEPS, new TopNames(HOUR_MS, NAME_HOURS));
  /** From when on all is known, in milliseconds since the epoch: when the process started, or what was read of before. */
  knownSince: number;
  /** When the process began to count. */
  readonly startedAt: number;
  /** The same without what a demo has made up; undefined: nothing is made up. */
  withoutHistory: RecentActivity | undefined;
  /** What rows say beyond their records. */
  node = '';
  mask: Mask = (text) => text;

  constructor(private readonly clock: Clock) {
    this.startedAt = clock.wallNow();
    this.knownSince = this.startedAt;
  }

  /** Takes what named a model or reached a backend, as the ledger does. */
  record(record: ExchangeRecord): void {
    if (record.alias === undefined && record.attempts === 0) return;
    this.records.add(record);
    const counts = countsOf(record);
    const bucket = record.ttftMs === undefined ? -1 : bucketOf(record.ttftMs);
    this.minutes.add(record, counts, bucket);
    this.hours.add(record, counts, bucket);
    const { caller, aliasLabel: alias, model, backend } = record;
    this.names.add(record.startedAt, { caller, alias, model, backend }, counts);
  }

  /** The row that the ledger has of a record, or would have. */
  rowOf(record: ExchangeRecord): LedgerRow {
    return rowOf(record, { id: recordId(record), node: this.node, mask: this.mask });
  }

  get now(): number {
    return this.clock.wallNow();
  }
}

/** What a record adds to sums. */
function countsOf({ tries, status, interrupted, refused, attempts }: ExchangeRecord): StepCounts {
  let [tokens, nanoUsd, unpriced] = [0, 0, 0];
  for (const { usage, cost } of tries) {
    if (usage !== undefined) tokens += allOf(usage);
    if (cost === null) unpriced = 1;
    else if (cost !== undefined) nanoUsd += cost.nanoUsd;
  }
  const failed = status >= 400 || interrupted ? 1 : 0;
  return { requests: 1, failed, refused: refused ? 1 : 0, failedOver: attempts > 1 ? 1 : 0, unpriced, tokens, nanoUsd };
}

/** By name, not in a loop: it is asked of every request. */
function allOf(used: TokenClasses): number {
  const input = used.input + used.cacheRead + used.cacheWrite5m + used.cacheWrite1h + used.audioIn + used.imageIn;
  return input + used.output + used.reasoning + used.audioOut + used.imageOut;
}
