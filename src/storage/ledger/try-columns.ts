import type { Cost, LedgerCharge, LedgerTry } from '../../core/ledger-row.ts';
import type { Column, Row, Value } from '../database.ts';
import { jsonIn, numberIn, someNumber, someText, textIn } from '../read-row.ts';
import { booleanValue, countValue, jsonValue, measureValue, textValue } from '../write-value.ts';
import { CONSUMPTION_COLUMNS, consumptionIn, consumptionValues } from './consumption-columns.ts';

/** What a provider said, cut: the log has all of it. */
const MAX_DETAIL_CHARS = 2000;

/** The columns of one attempt. */
export const TRY_COLUMNS: readonly Column[] = [
  { name: 'exchange', type: 'TEXT' },
  { name: 'position', type: 'BIGINT' },
  { name: 'day', type: 'BIGINT' },
  { name: 'started_at', type: 'BIGINT' },
  { name: 'duration_ms', type: 'BIGINT' },
  { name: 'backend', type: 'TEXT' },
  { name: 'model', type: 'TEXT' },
  { name: 'reported_model', type: 'TEXT' },
  { name: 'dialect', type: 'TEXT' },
  { name: 'status', type: 'BIGINT' },
  { name: 'failure', type: 'TEXT' },
  { name: 'detail', type: 'TEXT' },
  { name: 'hedge', type: 'TEXT' },
  { name: 'nano_usd', type: 'BIGINT' },
  { name: 'cost_source', type: 'TEXT' },
  { name: 'rates', type: 'TEXT' },
  { name: 'unpriced', type: 'BIGINT' },
  ...CONSUMPTION_COLUMNS,
];

/** The columns of what an exchange has taken from a budget. */
export const CHARGE_COLUMNS: readonly Column[] = [
  { name: 'exchange', type: 'TEXT' },
  { name: 'position', type: 'BIGINT' },
  { name: 'day', type: 'BIGINT' },
  { name: 'budget', type: 'TEXT' },
  { name: 'window_start', type: 'BIGINT' },
  { name: 'amount', type: 'BIGINT' },
];

/** The values of an attempt's columns. */
export function tryValues(attempt: LedgerTry, exchange: string, day: number): Value[] {
  const { cost } = attempt;
  return [
    exchange,
    countValue(attempt.index),
    day,
    countValue(attempt.startedAt),
    measureValue(attempt.durationMs),
    textValue(attempt.backend),
    textValue(attempt.model),
    textValue(attempt.reportedModel),
    textValue(attempt.dialect),
    attempt.status === undefined ? null : countValue(attempt.status),
    textValue(attempt.failure),
    textValue(attempt.detail, MAX_DETAIL_CHARS),
    textValue(attempt.hedge),
    cost ? measureValue(cost.nanoUsd) : null,
    textValue(cost?.source),
    cost ? jsonValue(cost.rates) : null,
    booleanValue(cost === null),
    ...consumptionValues(attempt.usage),
  ];
}

/** Reads an attempt. */
export function tryIn(row: Row): LedgerTry {
  return {
    index: someNumber(row, 'position'),
    startedAt: someNumber(row, 'started_at'),
    durationMs: someNumber(row, 'duration_ms'),
    backend: someText(row, 'backend'),
    model: someText(row, 'model'),
    reportedModel: textIn(row, 'reported_model'),
    dialect: textIn(row, 'dialect'),
    status: numberIn(row, 'status'),
    failure: textIn(row, 'failure'),
    detail: textIn(row, 'detail'),
    hedge: textIn(row, 'hedge'),
    usage: consumptionIn(row),
    cost: costIn(row),
  };
}

/** The values of a charge's columns. */
export function chargeValues(charge: LedgerCharge, position: number, exchange: string, day: number): Value[] {
  const { budget, window, amount } = charge;
  return [exchange, position, day, textValue(budget), countValue(window), measureValue(amount)];
}

/** Reads a charge. */
export function chargeIn(row: Row): LedgerCharge {
  return {
    budget: someText(row, 'budget'),
    window: someNumber(row, 'window_start'),
    amount: someNumber(row, 'amount'),
  };
}

function costIn(row: Row): Cost | null | undefined {
  const nanoUsd = numberIn(row, 'nano_usd');
  if (nanoUsd === undefined) return someNumber(row, 'unpriced') === 1 ? null : undefined;
  return {
    nanoUsd,
    source: someText(row, 'cost_source') as Cost['source'],
    rates: jsonIn(row, 'rates') as Record<string, number>,
  };
}
