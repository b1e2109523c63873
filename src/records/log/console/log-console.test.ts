import { afterEach, beforeEach, expect, test } from 'bun:test';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../../../test/kit/fake-clock.ts';
import { logSettings } from '../../../../test/kit/log-settings.ts';
import { stderrWriter } from './console-writer.ts';
import { createLog, type LogSettings } from '../log.ts';
import { rescued } from '../../record.fixture.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-console-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** What a log with these settings shows while `use` writes to it. */
async function shownBy(
  settings: Partial<LogSettings>,
  use: (log: ReturnType<typeof createLog>, clock: FakeClock) => void | Promise<void>,
): Promise<string> {
  const path = join(dir, 'console');
  const fd = openSync(path, 'w');
  const clock = new FakeClock();
  const log = createLog(logSettings(undefined, { consoleLevel: 'debug', ...settings }), {
    clock,
    console: stderrWriter(fd),
  });
  await use(log, clock);
  await log.flush();
  closeSync(fd);
  return readFileSync(path, 'utf8');
}

test.each([
  ['json', /^\{"level":"warn","ts":"[^"]+","msg":"lines are left out here: the console is slow","lines":2\}$/],
  ['plain', /^\d\d:\d\d:\d\d WARN {2}lines are left out here: the console is slow {2}lines=2$/],
] as const)('says in its own format that lines were left out: %s', async (consoleFormat, expected) => {
  const pad = 'x'.repeat(700_000);
  const shown = await shownBy({ consoleFormat }, (log) => {
    for (let n = 0; n < 3; n++) log.info('line', { n, pad });
  });
  const lines = shown.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(expected);
  expect(lines.filter((line) => line.includes(pad))).toHaveLength(1);
});

test('the day is said before the first line and before the first of another day, and never in JSON', async () => {
  const use = (log: ReturnType<typeof createLog>, clock: FakeClock): void => {
    log.info('one');
    log.request(rescued(0));
    clock.advance(24 * 3_600_000);
    log.request(rescued(0));
    log.info('two');
  };
  const shown = (await shownBy({}, use)).split('\n');
  const days = shown.flatMap((line, at) => (line.startsWith('-- ') ? [[at, line]] : []));
  expect(days).toEqual([
    [0, expect.stringMatching(/^-- \w+day \d{4}-\d\d-\d\d, times are UTC/)],
    [5, expect.stringMatching(/^-- \w+day \d{4}-\d\d-\d\d$/)],
  ]);
  expect(shown[1]).toEndWith('one');
  expect(await shownBy({ consoleFormat: 'json' }, use)).not.toContain('--');
});

test('a format that a reload sets holds for the next line', async () => {
  const shown = await shownBy({ consoleFormat: 'json' }, (log) => {
    log.info('one');
    log.configure(logSettings(undefined, { consoleLevel: 'debug' }));
    log.info('two');
  });
  expect(shown.split('\n')).toEqual([
    expect.stringMatching(/^\{.*"one"\}$/),
    expect.stringMatching(/^-- /),
    expect.stringMatching(/^[\d:]+ INFO {2}two$/),
    '',
  ]);
});

test('a time is the console’s own on the console, and in UTC in JSON', async () => {
  const at = new Date(Date.UTC(2026, 10, 23, 3, 4, 37, 599));
  const use = (log: ReturnType<typeof createLog>): void => log.info('until', { until: at });
  expect(await shownBy({ consoleFormat: 'json' }, use)).toContain('"until":"2026-11-23T03:04:37.599Z"');
  expect(await shownBy({}, use)).toMatch(/until="?[\d -]*\d\d:\d\d:37"?\n$/);
});
