import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { logSettings } from '../../../test/kit/log-settings.ts';
import type { Clock } from '../../lib/clock.ts';
import { createLog, type Log, type LogSettings } from './log.ts';
import { record, refused, rescued } from '../record.fixture.ts';

const DAY_MS = 86_400_000;
// Local noon, so that a change of summer time moves no line to another day.
const NOON = new Date(2026, 10, 22, 12).getTime();

let dir = '';
let clock: Clock & { advance(ms: number): void };
let shown: string[] = [];
const logs: Log[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-'));
  clock = heldClock(NOON);
  shown = [];
});

afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  rmSync(dir, { recursive: true, force: true });
});

function settings(changes: Partial<LogSettings> = {}): LogSettings {
  return logSettings(dir, { consoleLevel: 'info', separateFiles: true, ...changes });
}

function open(changes: Partial<LogSettings> = {}): Log {
  const log = createLog(settings(changes), { clock, console: (text) => void shown.push(text) });
  logs.push(log);
  return log;
}

const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
const lines = (name: string): Record<string, unknown>[] =>
  read(name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
/** What was shown, without its time; the day is said before. */
const told = (lines = shown): string[] => lines.map((text) => text.replace(/^(?:-- .*\n)?\d\d:\d\d:\d\d /, ''));
const msgs = (name: string): unknown[] => lines(name).map((line) => line['msg']);

describe('what goes where', () => {
  test('every request to requests/, the failed ones and errors to errors/, general lines to general.log', async () => {
    const log = open();
    log.info('started', { address: ':8765' });
    log.debug('unseen');
    log.error('broken', { err: new TypeError('no'), level: 'forged' });
    log.request(record());
    log.request(refused(401, 'invalid_api_key'));
    log.request(record({ interrupted: true }));
    await log.flush();
    expect(msgs('general.log')).toEqual(['started', 'broken']);
    expect(lines('requests/2026-11-22.log').map((line) => line['status'])).toEqual([200, 401, 200]);
    expect(lines('errors/2026-11-22.log').map((line) => [line['msg'], line['interrupted']])).toEqual([
      ['broken', undefined],
      ['request', undefined],
      ['request', true],
    ]);
    expect(lines('general.log')[1]).toMatchObject({ level: 'error', err: { name: 'TypeError', message: 'no' } });
    expect(read('general.log')).toStartWith(
      `{"level":"info","ts":"${new Date(NOON).toISOString()}","msg":"started","address":":8765"}\n`,
    );
  });

  test('all in general.log without separate files, requests whatever the level', async () => {
    const log = open({ separateFiles: false, level: 'error', consoleLevel: 'warn' });
    log.info('unseen');
    log.request(record());
    log.request(rescued(NOON));
    await log.flush();
    expect(msgs('general.log')).toEqual(['request', 'request']);
    expect(readdirSync(dir)).toEqual(['general.log']);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain('2 attempts');
  });

  test('nothing to disk without a directory; the console can have JSON', () => {
    const log = open({ baseDir: undefined, consoleFormat: 'json', consoleLevel: 'debug' });
    expect(log.debugEnabled).toBe(true);
    log.debug('seen');
    expect(shown).toEqual([`{"level":"debug","ts":"${new Date(NOON).toISOString()}","msg":"seen"}\n`]);
  });

  test('files can be text', async () => {
    const log = open({ format: 'text' });
    log.warn('two words', { n: 1, keys: ['a.b', 'c'] });
    await log.flush();
    expect(read('general.log')).toBe(`level=warn ts=${new Date(NOON).toISOString()} msg="two words" n=1 keys=a.b,c\n`);
  });

  test('a field that is no data costs the fields, not the line', async () => {
    const log = open();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    log.error('a bug', { cycle });
    await log.flush();
    expect(msgs('general.log')).toEqual(['a bug']);
  });
});

describe('batches', () => {
  test('are written a tenth of a second after their first line', async () => {
    const log = open();
    log.info('one');
    await log.flush();
    log.info('two');
    clock.advance(99);
    expect(msgs('general.log')).toEqual(['one']);
    clock.advance(1);
    await until(() => msgs('general.log').length === 2);
  });

  test('keep the order under load, with and without waiting for the disk', async () => {
    const log = open({ consoleLevel: 'error' });
    const COUNT = 20_000;
    for (let n = 0; n < COUNT; n++) {
      log.info('line', { n });
      if (n % 1000 === 0) await Bun.sleep(0);
    }
    await log.flush();
    expect(lines('general.log').map((line) => line['n'])).toEqual(Array.from({ length: COUNT }, (_, n) => n));
    expect(log.droppedLines).toBe(0);
  });

  test('beyond 8 MiB unwritten, lines are dropped, counted, and that is said once', async () => {
    const log = open({ consoleLevel: 'error' });
    const pad = 'x'.repeat(64 * 1024);
    for (let n = 0; n < 200; n++) log.info('line', { n, pad });
    const lost = log.droppedLines;
    expect(lost).toBeGreaterThan(50);
    await log.flush();
    await log.flush();
    expect(told()).toEqual([
      `ERROR log files cannot be written, lines are being dropped: the disk is too slow  dir=${dir}\n`,
      `WARN  log files are written again  lost_lines=${lost}\n`,
    ]);
    expect(lines('general.log')).toHaveLength(200 - lost + 1);
  });

  test('are all written by close', async () => {
    const log = open();
    log.request(record());
    await log.close();
    log.info('too late for files');
    expect(lines('requests/2026-11-22.log')).toHaveLength(1);
    expect(shown.at(-1)).toContain('too late');
  });
});

describe('rotation', () => {
  test('by size numbers the full files upwards and never splits or overfills', async () => {
    const log = open({ maxFileBytes: 200, consoleLevel: 'error' });
    for (let n = 0; n < 7; n++) log.info('line', { n });
    await log.flush();
    log.info('line', { n: 7 });
    await log.flush();
    expect(
      readdirSync(dir)
        .filter((name) => name.startsWith('general'))
        .sort(),
    ).toEqual(['general.000001.log', 'general.000002.log', 'general.000003.log', 'general.log']);
    const all = ['general.000001.log', 'general.000002.log', 'general.000003.log', 'general.log'];
    expect(all.flatMap((name) => lines(name).map((line) => line['n']))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const name of all) expect(read(name).length).toBeLessThanOrEqual(200);
  });

  test('of dated files keeps the date, and a line larger than a file gets its own', async () => {
    const log = open({ maxFileBytes: 100, consoleLevel: 'error' });
    log.request(record({ status: 500 }));
    log.request(record({ status: 501 }));
    await log.flush();
    expect(readdirSync(join(dir, 'requests')).sort()).toEqual(['2026-11-22.000001.log', '2026-11-22.log']);
    expect(lines('errors/2026-11-22.000001.log')[0]).toMatchObject({ status: 500 });
    expect(lines('errors/2026-11-22.log')[0]).toMatchObject({ status: 501 });
  });

  test('counts what a file held before the start, and ends a torn line', async () => {
    writeFileSync(join(dir, 'general.log'), '{"msg":"whole"}\n{"msg":"to');
    utimesSync(join(dir, 'general.log'), NOON / 1000, NOON / 1000);
    const log = open({ maxFileBytes: 110 });
    log.info('first');
    await log.flush();
    expect(read('general.log')).toStartWith('{"msg":"whole"}\n{"msg":"to\n{"level":"info"');
    log.info('second');
    await log.flush();
    expect(msgs('general.log')).toEqual(['second']);
    expect(read('general.000001.log')).toContain('first');
  });

  test.each([
    ['half a line in JSON goes', '{"level":"info","ts":"2026-11-22T11:', ''],
    ['so does the very beginning of one', '{"lev', ''],
    ['and a long one', `{"level":"debug","body":"${'x'.repeat(200_000)}`, ''],
    ['a whole line without its end gets that', '{"level":"info","msg":"whole"}', '{"level":"info","msg":"whole"}\n'],
    ['half a line of text is ended', 'level=info ts=2026-11', 'level=info ts=2026-11\n'],
    ['what somebody else wrote is ended', '{"msg":"to', '{"msg":"to\n'],
  ])('what a killed process left at the end of a file: %s', async (_what, left, kept) => {
    const path = join(dir, 'general.log');
    writeFileSync(path, `{"msg":"before"}\n${left}`);
    utimesSync(path, NOON / 1000, NOON / 1000);
    const log = open();
    log.info('first');
    await log.flush();
    expect(read('general.log')).toStartWith(`{"msg":"before"}\n${kept}{"level":"info"`);
  });

  test('half a line goes before the file of an earlier day is put aside', async () => {
    writeFileSync(join(dir, 'general.log'), '{"msg":"old"}\n{"level":"in');
    utimesSync(join(dir, 'general.log'), (NOON - DAY_MS) / 1000, (NOON - DAY_MS) / 1000);
    const log = open();
    log.info('new');
    await log.flush();
    expect(read('general.000001.log')).toBe('{"msg":"old"}\n');
    expect(msgs('general.log')).toEqual(['new']);
  });

  test('by day: each line in the file of its own day', async () => {
    const log = open();
    log.info('sunday');
    log.request(record());
    clock.advance(DAY_MS);
    log.info('monday');
    log.request(record({ status: 404 }));
    await log.flush();
    expect(msgs('general.000001.log')).toEqual(['sunday']);
    expect(msgs('general.log')).toEqual(['monday']);
    expect(readdirSync(join(dir, 'requests')).sort()).toEqual(['2026-11-22.log', '2026-11-23.log']);
    expect(lines('errors/2026-11-23.log')).toHaveLength(1);
  });

  test('moves a general.log of an earlier day away at the start', async () => {
    writeFileSync(join(dir, 'general.log'), '{"msg":"old"}\n');
    utimesSync(join(dir, 'general.log'), (NOON - DAY_MS) / 1000, (NOON - DAY_MS) / 1000);
    const log = open();
    log.info('new');
    await log.flush();
    expect(msgs('general.000001.log')).toEqual(['old']);
    expect(msgs('general.log')).toEqual(['new']);
  });

  test('deletes what is too old at the start and at a change of day, and nothing that is not ours', async () => {
    mkdirSync(join(dir, 'requests'));
    const files = [
      '2026-11-14.log',
      '2026-11-14.3.log',
      '2026-11-15.log',
      '2026-11-16.1.log',
      '2026-11-14.002.log.gz',
      'notes.log',
      '2026-11-14.txt.gz',
    ];
    for (const name of files) writeFileSync(join(dir, 'requests', name), 'x\n');
    // Numbers with fewer zeros are those of earlier versions.
    for (const name of ['general.1.log', 'general.002.log', 'generals.1.log']) {
      writeFileSync(join(dir, name), 'x\n');
      const days = name === 'general.002.log' ? 6.5 : 8;
      utimesSync(join(dir, name), (NOON - days * DAY_MS) / 1000, (NOON - days * DAY_MS) / 1000);
    }
    const log = open({ maxAgeDays: 7 });
    await log.flush();
    expect(readdirSync(join(dir, 'requests')).sort()).toEqual([
      '2026-11-14.txt.gz',
      '2026-11-15.log',
      '2026-11-16.1.log',
      'notes.log',
    ]);
    expect(readdirSync(dir).sort()).toEqual(['general.002.log.gz', 'generals.1.log', 'requests']);
    log.request(record());
    await log.flush();
    clock.advance(DAY_MS);
    log.request(record());
    await log.flush();
    expect(existsSync(join(dir, 'requests/2026-11-15.log'))).toBe(false);
    expect(existsSync(join(dir, 'requests/2026-11-16.1.log'))).toBe(true);
  });
});

describe('trouble', () => {
  test.skipIf(process.platform === 'win32')('a file that was moved away is created again within a second', async () => {
    const log = open();
    log.info('one');
    await log.flush();
    renameSync(join(dir, 'general.log'), join(dir, 'taken.log'));
    clock.advance(1000);
    log.info('two');
    await log.flush();
    expect(msgs('taken.log')).toEqual(['one']);
    expect(msgs('general.log')).toEqual(['two']);
  });

  test('a directory that was removed is created again', async () => {
    const log = open();
    log.request(record());
    await log.flush();
    rmSync(join(dir, 'requests'), { recursive: true });
    clock.advance(1000);
    log.request(record({ status: 201 }));
    await log.flush();
    expect(lines('requests/2026-11-22.log')).toMatchObject([{ status: 201 }]);
    expect(log.droppedLines).toBe(0);
  });

  // Elsewhere shells cannot limit what a process may write.
  test.skipIf(process.platform !== 'linux')(
    'a full disk drops and counts lines and is told once, and once when over',
    async () => {
      const fixture = join(import.meta.dir, '../../../test/fixtures/full-disk.ts');
      // Beyond one block writes fail with EFBIG, as they would with ENOSPC on a full disk.
      const script = 'trap "" XFSZ; ulimit -f 1; exec "$0" "$@"';
      const child = Bun.spawn(['sh', '-c', script, process.execPath, fixture, dir], { stdout: 'pipe' });
      const { lost, shown, full } = JSON.parse(await child.stdout.text()) as Record<'lost', number> &
        Record<'shown', string[]> &
        Record<'full', string>;
      expect(lost).toBeGreaterThan(1);
      // No half line, at which `jq` would stop.
      const kept = Array.from({ length: 20 - lost }, () => 'a line');
      expect(full).toEndWith('"}\n');
      expect(kept).not.toEqual([]);
      expect(told(shown)).toEqual([
        expect.stringMatching(/^ERROR log files cannot be written, lines are being dropped: EFBIG.*\n$/),
        `WARN  log files are written again  lost_lines=${lost}\n`,
      ]);
      expect(msgs('general.log')).toEqual([...kept, 'there is room', 'log files are written again']);
    },
  );

  test('a base directory that cannot be made only costs the lines', async () => {
    writeFileSync(join(dir, 'file'), '');
    const log = open({ baseDir: join(dir, 'file', 'logs'), consoleLevel: 'error' });
    log.request(refused(404, 'model_not_found'));
    await log.flush();
    expect(log.droppedLines).toBe(2);
    expect(shown).toHaveLength(1);
    log.configure(settings({ consoleLevel: 'error' }));
    log.request(record());
    await log.flush();
    expect(lines('requests/2026-11-22.log')).toHaveLength(1);
    expect(shown).toHaveLength(2);
    expect(shown[1]).toContain('lost_lines=2');
  });

  test('that lasts to the end is not said to be over', async () => {
    writeFileSync(join(dir, 'file'), '');
    const log = open({ baseDir: join(dir, 'file', 'logs') });
    log.info('lost');
    await log.flush();
    log.info('lost too');
    await log.close();
    expect(told()).toEqual([
      'INFO  lost\n',
      expect.stringMatching(/^ERROR log files cannot be written, lines are being dropped: /),
      'INFO  lost too\n',
    ]);
    expect(log.droppedLines).toBe(2);
  });
});

test('new settings take effect at once and lose nothing', async () => {
  const log = open({ separateFiles: false });
  log.request(record({ status: 201 }));
  const moved = join(dir, 'elsewhere');
  log.configure(settings({ baseDir: moved, level: 'debug', secrets: ['hunter22'] }));
  expect(log.debugEnabled).toBe(true);
  log.debug('the word is hunter22');
  log.request(record({ status: 202 }));
  log.configure(settings({ baseDir: moved, separateFiles: false }));
  log.request(record({ status: 203 }));
  await log.flush();
  expect(lines('general.log')).toMatchObject([{ status: 201 }]);
  expect(lines('elsewhere/requests/2026-11-22.log')).toMatchObject([{ status: 202 }]);
  expect(lines('elsewhere/general.log')).toMatchObject([{ msg: 'the word is ****' }, { status: 203 }]);
});

test('emphasis does not hide a key from masking', () => {
  const key = 'sk-abcdefghijklmnop1234';
  const log = open({ consoleFormat: 'markdown', color: true });
  log.request(record({ traceId: key }));
  log.request(record({ status: 400, errorCode: key, alias: key }));
  log.error(key, { key, err: new Error(key) });
  expect(shown).toHaveLength(3);
  for (const text of shown) {
    expect(text).toContain('sk-****34');
    expect(text).not.toContain(key);
  }
});

test('no configured secret survives in any line of any format, and JSON lines stay JSON', async () => {
  const secret = fc.string({ minLength: 6, maxLength: 30 }).filter((text) => !text.includes('*'));
  await fc.assert(
    fc.asyncProperty(
      secret,
      fc.constantFrom('json', 'text'),
      fc.constantFrom('json', 'markdown', 'plain'),
      async (key, format, consoleFormat) => {
        rmSync(dir, { recursive: true, force: true });
        shown = [];
        const color = consoleFormat === 'markdown';
        const log = createLog(settings({ secrets: [key], format, consoleFormat, color }), {
          clock,
          console: (text) => void shown.push(text),
        });
        const value = `<${key}>`;
        log.request(record({ alias: value, path: value, traceId: value, status: 404, errorCode: value }));
        log.error(value, { value, err: new Error(value), headers: { value } });
        await log.close();
        const written = ['general.log', 'requests/2026-11-22.log', 'errors/2026-11-22.log'].map(read);
        const json = [...(format === 'json' ? written : []), ...(consoleFormat === 'json' ? shown : [])];
        for (const line of json.join('').trimEnd().split('\n')) if (line !== '') JSON.parse(line);
        for (const text of [...written, ...shown]) {
          expect(text).not.toContain(`<${key}>`);
          expect(text).not.toContain(JSON.stringify(value).slice(1, -1));
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** A clock that stands still until it is told to advance. */
function heldClock(startMs: number): Clock & { advance(ms: number): void } {
  let elapsed = 0;
  let tasks: { at: number; task: () => void }[] = [];
  return {
    wallNow: () => startMs + elapsed,
    now: () => elapsed,
    after(delayMs, task) {
      const entry = { at: elapsed + delayMs, task };
      tasks.push(entry);
      return () => {
        tasks = tasks.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      elapsed += ms;
      const due = tasks.filter((entry) => entry.at <= elapsed);
      tasks = tasks.filter((entry) => entry.at > elapsed);
      for (const entry of due) entry.task();
    },
  };
}

/** Waits for the real disk, which no held clock can hurry. */
async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries++) {
    if (tries > 500) throw new Error('it never came');
    await Bun.sleep(2);
  }
}

test('lines that come while others are being written stand after them, each once', async () => {
  const log = open();
  const told: string[] = [];
  // Each round is more than one batch, so that one is full while another is in flight; all of them may wait at once.
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 100; n++) {
      told.push(`line ${round}-${n} ${'x'.repeat(7000)}`);
      log.info(told.at(-1) ?? '');
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await log.flush();
  expect(msgs('general.log')).toEqual(told);
});
