// The tables say what the console shows of a field; here it is held against what the console shows.
import { describe, expect, test } from 'bun:test';
import type { Cost } from '../../../core/ledger-row.ts';
import type { ExchangeRecord, AttemptRecord } from '../../../core/record.ts';
import type { RecordField } from '../log-field.ts';
import { RECORD_FIELDS } from '../log-fields.ts';
import { markup } from './markup.ts';
import { attempt, record, refused } from '../../record.fixture.ts';
import { requestLevel } from '../request-line.ts';
import { requestText } from './request-text.ts';
import { columnsOf, showing } from './shown-field.ts';
import { ATTEMPT_FIELDS } from '../attempt-fields.ts';

const MARKDOWN = { format: 'markdown', color: false } as const;
const shown = (one: ExchangeRecord): string => requestText(one, requestLevel(one), 0, MARKDOWN);

/** Records that differ from each other in this field alone, as far as that can be; each pair may show it. */
const CHANGES: Readonly<Record<(typeof RECORD_FIELDS)[number]['name'], readonly [ExchangeRecord, ExchangeRecord]>> = {
  trace_id: [record(), record({ traceId: 'other' })],
  client_ip: [refused(401, 'x'), { ...refused(401, 'x'), clientIp: '10.9.9.9' }],
  caller: [refused(401, 'x'), { ...refused(401, 'x'), caller: 'other' }],
  team: [record(), record({ team: 'other' })],
  key_generation: [record(), record({ keyGeneration: 'previous' })],
  method: [refused(401, 'x'), { ...refused(401, 'x'), method: 'GET' }],
  path: [refused(401, 'x'), { ...refused(401, 'x'), path: '/other' }],
  alias: [record(), record({ alias: 'other' })],
  served_alias: [record(), record({ servedAlias: 'other' })],
  model: [record(), record({ model: 'other' })],
  backend: [record(), record({ backend: 'other' })],
  stream: [record({ ttftMs: undefined }), record({ ttftMs: undefined, stream: false })],
  status: [record(), record({ status: 201 })],
  duration_ms: [record(), record({ durationMs: 7 })],
  ttft_ms: [record(), record({ ttftMs: 7 })],
  queue_ms: [record(), record({ queueMs: 7 })],
  attempts: [record({ tries: [attempt()] }), record({ tries: [attempt(), attempt()], attempts: 2 })],
  prompt_tokens: [usage({}), usage({ promptTokens: 7 })],
  completion_tokens: [usage({}), usage({ completionTokens: 7 })],
  cached_tokens: [usage({}), usage({ cachedTokens: 7 })],
  cost_usd: [
    record({ tries: [attempt({ cost: priced(1_000_000) })] }),
    record({ tries: [attempt({ cost: priced(2_000_000) })] }),
  ],
  unpriced: [record(), record({ tries: [attempt({ cost: null })] })],
  bytes_in: [record(), record({ bytesIn: 7 })],
  bytes_out: [record(), record({ bytesOut: 7 })],
  error_code: [record({ status: 500 }), record({ status: 500, errorCode: 'other' })],
  detail: [record({ status: 500 }), record({ status: 500, errorDetail: 'other' })],
  interrupted: [record(), record({ interrupted: true })],
  dropped_events: [record(), record({ droppedEvents: 7 })],
  rehearsed: [record(), record({ rehearsals: ['one'] })],
  tries: [record({ tries: [attempt(), attempt()] }), record({ tries: [attempt({ backend: 'other' }), attempt()] })],
};

function priced(nanoUsd: number): Cost {
  return { nanoUsd, source: 'table', rates: {} };
}

function usage(changes: object): ExchangeRecord {
  const counts = { promptTokens: 1, completionTokens: 2, cachedTokens: 3, reasoningTokens: 0 };
  return record({ usage: { ...counts, ...changes } });
}

const failed = (changes: Partial<AttemptRecord> = {}): ExchangeRecord =>
  record({ tries: [attempt({ status: 503, failure: 'overloaded', message: 'words', ...changes }), attempt()] });

const CHANGED_TRIES: Readonly<Record<(typeof ATTEMPT_FIELDS)[number]['name'], Partial<AttemptRecord>>> = {
  backend: { backend: 'other' },
  model: { model: 'other' },
  status: { status: 500 },
  failure: { failure: 'other' },
  detail: { detail: 'other' },
  type: { type: 'other' },
  message: { message: 'other' },
  ms: { ms: 7 },
  cost_usd: { cost: priced(7_000_000) },
  hedge: { hedge: 'failed' },
  cooling_until: { coolingUntil: 1 },
};

describe('on the console', () => {
  test.each(RECORD_FIELDS.map((field) => [field.name, field as RecordField<ExchangeRecord>] as const))(
    '%s is shown if its row says so, and only then',
    (name, { console }) => {
      const [one, other] = CHANGES[name].map(shown);
      expect(one !== other).toBe(!('leftOut' in console));
    },
  );

  test.each(ATTEMPT_FIELDS.map((field) => [field.name, field as RecordField<AttemptRecord>] as const))(
    'an attempt’s %s is shown if its row says so, and only then',
    (name, { console }) => {
      expect(shown(failed()) !== shown(failed(CHANGED_TRIES[name]))).toBe(!('leftOut' in console));
    },
  );

  test('each column has a place of its own', () => {
    const places = RECORD_FIELDS.flatMap(({ console }) => ('column' in console ? [console.column] : []));
    expect(new Set(places).size).toBe(places.length);
  });

  test('a new row is a column, in its place; what it does not call trusted is escaped', () => {
    const row = (name: string, column: number, trusted?: string): RecordField<ExchangeRecord> => ({
      name,
      type: 'string',
      meaning: 'Any.',
      of: () => '*a*',
      console: { column, text: () => '*a*' },
      ...(trusted !== undefined && { trusted }),
    });
    const mark = markup(MARKDOWN);
    const texts = columnsOf([row('late', 9), row('trusted', 1, 'our own')]).map((column) => column(record(), mark));
    expect(texts).toEqual(['*a*', String.raw`\*a\*`]);
    const fields = [{ ...row('x', 1), name: 'x' as const }];
    expect(showing(fields)(record(), mark)('x')).toBe(String.raw`\*a\*`);
  });
});
