import { expect } from 'bun:test';
import type { LogField } from '../../src/records/log/log-field.ts';
import { COMMON_FIELDS, REQUEST_FIELDS } from '../../src/records/log/log-fields.ts';
import { ATTEMPT_FIELDS } from '../../src/records/log/attempt-fields.ts';
import type { LogLine } from '../../src/records/log/log-line.ts';
import { LOG_LINES } from '../../src/records/log/log-lines.ts';
import type { Json } from './json.ts';

const TABLE: readonly LogLine[] = Object.values(LOG_LINES).flat();

/** The line of the table that a general line is; undefined where the table has none. */
export function logLineOf({ level, msg }: Json): LogLine | undefined {
  return TABLE.find(
    (line) =>
      line.level === level && (line.msg.endsWith('…') ? msg.startsWith(line.msg.slice(0, -1)) : msg === line.msg),
  );
}

/** Expects every line of a console's text to be JSON that the tables of log lines and fields describe; returns them. */
export function jsonLines(text: string): Json[] {
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    let entry: Json;
    try {
      entry = JSON.parse(line);
    } catch {
      throw new Error(`no JSON: ${line}`);
    }
    expectDescribed(entry);
    return entry;
  });
}

/** Expects a line, general or of a request, to have the fields that the tables say, and no other. */
export function expectDescribed(entry: Json): void {
  if (entry.msg === 'request') {
    expectFields(entry, REQUEST_FIELDS);
    for (const tried of entry.tries ?? []) expectFields(tried, ATTEMPT_FIELDS);
    return;
  }
  const line = logLineOf(entry);
  if (line === undefined) throw new Error(`no line of log-lines.ts: ${JSON.stringify(entry)}`);
  expectFields(entry, [...COMMON_FIELDS, ...line.fields]);
}

function expectFields(entry: Json, fields: readonly LogField[]): void {
  const unknown = Object.keys(entry).filter((name) => !fields.some((field) => field.name === name));
  expect([entry.msg, unknown]).toEqual([entry.msg, []]);
  for (const field of fields) {
    const value: unknown = entry[field.name];
    expect([field.name, value, problemOf(field, value)]).toEqual([field.name, value, undefined]);
  }
}

function problemOf({ type, nullWhen, absentWhen }: LogField, value: unknown): string | undefined {
  if (value === undefined) return absentWhen === undefined ? 'is missing' : undefined;
  if (value === null) return nullWhen === undefined ? 'is null' : undefined;
  return IS[type](value) ? undefined : `is no ${type}`;
}

const IS: Readonly<Record<LogField['type'], (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && !Array.isArray(value),
};
