// Masking fails closed: a text that no row of the tables calls trusted is looked through for secrets, whatever field it is in.
import { describe, expect, test } from 'bun:test';
import { logSettings } from '../../../test/kit/log-settings.ts';
import type { ExchangeRecord, AttemptRecord } from '../../core/record.ts';
import { systemClock } from '../../lib/clock.ts';
import { createLog, type LogSettings } from './log.ts';
import type { RecordField } from './log-field.ts';
import { RECORD_FIELDS } from './log-fields.ts';
import { LOG_LINES } from './log-lines.ts';
import { record, rescued } from '../record.fixture.ts';
import { ATTEMPT_FIELDS } from './attempt-fields.ts';

const SECRET = 'sk-live-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c';
const FORMATS = ['json', 'plain', 'markdown'] as const;

/** What the console shows of one record, or of a general line. */
function shown(
  consoleFormat: LogSettings['consoleFormat'],
  write: (log: ReturnType<typeof createLog>) => void,
): string {
  let text = '';
  const settings = logSettings(undefined, { consoleLevel: 'info', level: 'info', consoleFormat, secrets: [SECRET] });
  const log = createLog(settings, { clock: systemClock, console: (line) => void (text += line) });
  write(log);
  return text;
}

/** The names of a record's members that can hold a text. */
function textMembers(sample: object): string[] {
  return Object.entries(sample).flatMap(([name, value]) =>
    typeof value === 'string' || value === undefined ? [name] : [],
  );
}

describe.each(FORMATS)('on a console of format %s, a secret', (format) => {
  test.each(textMembers(record({ errorCode: 'x', errorDetail: 'y' })))('in a record’s %s is masked', (member) => {
    const one = { ...record({ status: 502 }), [member]: `before ${SECRET} after` } as ExchangeRecord;
    const text = shown(format, (log) => log.request(one));
    expect(text).not.toBe('');
    expect(text).not.toContain(SECRET);
  });

  test.each(textMembers(rescued(0).tries[0] ?? {}))('in an attempt’s %s is masked', (member) => {
    const one = rescued(0);
    const [first, ...rest] = one.tries;
    const tries = [{ ...first, [member]: `before ${SECRET} after` } as AttemptRecord, ...rest];
    expect(shown(format, (log) => log.request({ ...one, tries }))).not.toContain(SECRET);
  });

  test.each(Object.values(LOG_LINES).flat())('in any field of the general line “$msg” is masked', ({ msg, fields }) => {
    const values = Object.fromEntries(fields.map(({ name }) => [name, `before ${SECRET} after`]));
    const text = shown(format, (log) => log.error(msg, values));
    expect(text).not.toBe('');
    expect(text).not.toContain(SECRET);
  });
});

test.each([
  ['a record', RECORD_FIELDS as readonly RecordField<ExchangeRecord>[], { ...record(), tries: [] }],
  ['an attempt', ATTEMPT_FIELDS as readonly RecordField<AttemptRecord>[], rescued(1).tries[0]],
] as const)('only fields of %s that cannot hold a text from outside are trusted', (_what, fields, sample) => {
  const trusted = (fields as readonly RecordField<unknown>[]).filter((field) => 'trusted' in field);
  expect(trusted.length).toBeGreaterThan(2);
  for (const { name, of } of trusted) expect(`${name}: ${typeof of(sample)}`).not.toBe(`${name}: string`);
});
