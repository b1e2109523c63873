import { describe, expect, test } from 'bun:test';
import type { LogField } from './log-field.ts';
import { COMMON_FIELDS, REQUEST_FIELDS } from './log-fields.ts';
import { attempt, record } from '../record.fixture.ts';
import { RequestWriter } from './request-json.ts';
import { requestEntry } from './request-line.ts';
import { ATTEMPT_FIELDS } from './attempt-fields.ts';

/** Everything that a request line can hold. */
const FULL = record({
  team: 'platform',
  keyGeneration: 'previous',
  servedAlias: 'gpt-3.5',
  queueMs: 12,
  usage: { promptTokens: 1, completionTokens: 2, cachedTokens: 3, reasoningTokens: 4 },
  errorCode: 'stream_interrupted',
  errorDetail: 'rate_limit.global_rps 1',
  interrupted: true,
  droppedEvents: 1,
  rehearsals: ['one'],
  tries: [
    attempt({
      failure: 'overloaded',
      detail: 'a code',
      type: 'a type',
      message: 'words',
      hedge: 'failed',
      coolingUntil: Date.UTC(2026, 10, 23),
      cost: { nanoUsd: 1_234, source: 'table', rates: {} },
    }),
    attempt({ cost: null }),
  ],
});

const NAMES: Readonly<Record<LogField['type'], string>> = {
  string: 'string',
  time: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  list: 'object',
  object: 'object',
};

const names = (fields: readonly LogField[]): string[] => fields.map(({ name }) => name);

function holdsTypes(line: Readonly<Record<string, unknown>>, fields: readonly LogField[]): void {
  for (const { name, type } of fields) {
    const value = line[name];
    expect([name, typeof value]).toEqual([name, NAMES[type]]);
    if (type === 'integer') expect(Number.isInteger(value)).toBe(true);
    if (type === 'list') expect(Array.isArray(value)).toBe(true);
    if (type === 'time') expect(new Date(String(value)).toISOString()).toBe(String(value));
  }
}

describe('the table of log fields', () => {
  test('names every field of a request line in its order, with its type, and no other', () => {
    const line = JSON.parse(new RequestWriter(() => true).json(FULL, 'error', 7)) as Record<string, unknown>;
    expect(Object.keys(line)).toEqual(names(REQUEST_FIELDS));
    holdsTypes(line, REQUEST_FIELDS);
    const [tried] = line['tries'] as Record<string, unknown>[];
    expect(Object.keys(tried ?? {})).toEqual(names(ATTEMPT_FIELDS));
    holdsTypes(tried ?? {}, ATTEMPT_FIELDS);
  });

  test('says what may be null and what may be missing', () => {
    const bare = record({
      caller: undefined,
      alias: undefined,
      model: undefined,
      backend: undefined,
      ttftMs: undefined,
      usage: undefined,
      tries: [],
    });
    const line = JSON.parse(new RequestWriter(() => true).json(bare, 'info', 7)) as Record<string, unknown>;
    const fields: readonly LogField[] = REQUEST_FIELDS;
    const nullable = fields.filter(({ nullWhen }) => nullWhen !== undefined);
    expect(names(nullable)).toEqual(Object.keys(line).filter((name) => line[name] === null));
    const optional = fields.filter(({ absentWhen }) => absentWhen !== undefined);
    expect(names(optional)).toEqual(names(fields).filter((name) => !(name in line)));

    const good = JSON.parse(JSON.stringify(requestEntry(record({ tries: [attempt(), attempt()] }), 'info', 7))) as {
      tries: Record<string, unknown>[];
    };
    const always = (ATTEMPT_FIELDS as readonly LogField[]).filter(({ absentWhen }) => absentWhen === undefined);
    expect(Object.keys(good.tries[0] ?? {})).toEqual([...names(always).slice(0, 2), 'status', 'ms']);
  });

  test('has a meaning for each, as a sentence', () => {
    for (const { name, meaning, nullWhen = '', absentWhen = '' } of [
      ...COMMON_FIELDS,
      ...REQUEST_FIELDS,
      ...ATTEMPT_FIELDS,
    ] as LogField[]) {
      expect([name, meaning]).toEqual([name, expect.stringMatching(/^[`A-Z\d][^]*\.$/)]);
      expect(nullWhen + absentWhen).not.toEndWith('.');
    }
  });
});
