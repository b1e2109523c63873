import { expect, test } from 'bun:test';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { logSettings } from '../../test/kit/log-settings.ts';
import type { ExchangeRecord } from '../core/record.ts';
import { createLog, type Log } from './log/log.ts';
import { record } from './record.fixture.ts';
import { logSink, recordIn, type Sink } from './sink.ts';

/** A log whose lines are JSON on a console, and these lines. */
function logWithLines(): { log: Log; lines: () => Record<string, unknown>[] } {
  const shown: string[] = [];
  const settings = logSettings(undefined, { consoleFormat: 'json', consoleLevel: 'debug' });
  const log = createLog(settings, { clock: new FakeClock(), console: (text) => void shown.push(text) });
  return { log, lines: () => shown.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('every sink gets the record, in the order of the list, whichever of them throws', () => {
  const { log, lines } = logWithLines();
  const got: [string, ExchangeRecord][] = [];
  const keeps = (name: string): Sink => ({ record: (one) => void got.push([name, one]) });
  const broken: Sink = {
    record: () => {
      throw new Error('out of order');
    },
  };
  const one = record();
  recordIn([keeps('first'), broken, logSink(log), keeps('last')], one, log);
  expect(got).toEqual([
    ['first', one],
    ['last', one],
  ]);
  expect(lines()).toEqual([
    expect.objectContaining({
      level: 'error',
      msg: 'a bug lost a record: please report it',
      trace_id: one.traceId,
      err: expect.objectContaining({ message: 'out of order' }) as unknown,
    }),
    expect.objectContaining({ msg: 'request', trace_id: one.traceId }),
  ]);
});

test('the log gives no line to a record that is marked so', () => {
  const { log, lines } = logWithLines();
  for (const unlogged of [true, false, undefined]) logSink(log).record(record({ unlogged, traceId: String(unlogged) }));
  expect(lines().map((line) => line['trace_id'])).toEqual(['false', 'undefined']);
});
