import type { LedgerRow } from '../../core/ledger-row.ts';
import type { ExchangeRecord } from '../../core/record.ts';
import type { TokenClasses } from '../../core/token-classes.ts';
import type { Clock } from '../../lib/clock.ts';
import { isUnpriced, nanoUsdOf } from '../cost-of-tries.ts';
import { rowOf, type Mask } from '../ledger/row-of.ts';
import { recordId } from '../record-id.ts';
import type { Sink } from '../sink.ts';
import { RecentRecords } from './recent-records.ts';
import { StepSeries } from './step-series.ts';
import { TopNames } from './top-names.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A day, and the one before it to compare with. */
const MINUTES = 49 * 60;
/** A month likewise. */
const HOURS = 61 * 24;
/** Names are told apart for the last hour and a quarter in steps of five minutes, and for a day in hours. */
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
  readonly names = new TopNames(NAME_STEP_MS, NAME_STEPS);
  readonly namesOfHours = new TopNames(HOUR_MS, NAME_HOURS);
  /** From when on all is known, in milliseconds since the epoch: when the process started, or what was read of before. */
  knownSince: number;
  /** When the process began to count. */
  readonly startedAt: number;
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
    const { tries, startedAt } = record;
    const nanoUsd = nanoUsdOf(tries) ?? 0;
    const tokens = tokensOf(record);
    const unpriced = isUnpriced(tries);
    this.minutes.add(record, tokens, nanoUsd, unpriced);
    this.hours.add(record, tokens, nanoUsd, unpriced);
    const failed = record.status >= 400 || record.interrupted ? 1 : 0;
    const { caller, aliasLabel: alias, model, backend } = record;
    const names = { caller, alias, model, backend };
    this.names.add(startedAt, names, 1, failed, nanoUsd);
    this.namesOfHours.add(startedAt, names, 1, failed, nanoUsd);
  }

  /** The row that the ledger has of a record, or would have. */
  rowOf(record: ExchangeRecord): LedgerRow {
    return rowOf(record, { id: recordId(record), node: this.node, mask: this.mask });
  }

  get now(): number {
    return this.clock.wallNow();
  }
}

function tokensOf({ tries }: ExchangeRecord): number {
  let sum = 0;
  for (const { usage } of tries) if (usage !== undefined) sum += allOf(usage);
  return sum;
}

/** By name, not in a loop: it is asked of every request. */
function allOf(used: TokenClasses): number {
  const input = used.input + used.cacheRead + used.cacheWrite5m + used.cacheWrite1h + used.audioIn + used.imageIn;
  return input + used.output + used.reasoning + used.audioOut + used.imageOut;
}
