import { expect, test } from 'bun:test';
import { DayLines, timeBeside, timeOfDay } from './console-clock.ts';

const NIGHT = new Date(2026, 10, 22, 23, 41, 7).getTime();
const MINUTE = 60_000;

/** Runs a script in a process of another time zone; what it prints. */
function inZone(zone: string, script: string): string {
  const code = `const { DayLines, timeBeside, timeOfDay } = await import(${JSON.stringify(`${import.meta.dir}/console-clock.ts`)}); ${script}`;
  const { stdout, stderr } = Bun.spawnSync({ cmd: [process.execPath, '-e', code], env: { ...process.env, TZ: zone } });
  expect(stderr.toString()).toBe('');
  return stdout.toString().trim();
}

test('times are local, and have their date where that is another day’s', () => {
  expect(timeOfDay(NIGHT)).toBe('23:41:07');
  expect(timeBeside(NIGHT + 5 * MINUTE, NIGHT)).toBe('23:46:07');
  expect(timeBeside(NIGHT + 20 * MINUTE, NIGHT)).toBe('2026-11-23 00:01:07');
  expect(timeBeside(NIGHT, NIGHT + 20 * MINUTE)).toBe('2026-11-22 23:41:07');
});

test('the day is said once, with the zone, and again without it when it changes', () => {
  const days = new DayLines();
  expect(days.before(NIGHT)).toMatch(/^-- Sunday 2026-11-22, times are UTC/);
  for (let minute = 0; minute < 18; minute++) expect(days.before(NIGHT + minute * MINUTE)).toBeUndefined();
  expect(days.before(new Date(2026, 10, 23).getTime())).toBe('-- Monday 2026-11-23');
  expect(days.before(new Date(2026, 10, 23).getTime() + 1)).toBeUndefined();
  // A clock that is set back.
  expect(days.before(NIGHT)).toBe('-- Sunday 2026-11-22');
});

test('the zone is said with its offset and name, and again when summer time changes it', () => {
  const script = `
    const days = new DayLines();
    for (const time of ['2026-03-28T22:00Z', '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z', '2026-03-30T10:00Z'])
      console.log(days.before(Date.parse(time)));
    console.log(timeOfDay(Date.parse('2026-11-23T03:04:37.599Z')));`;
  expect(inZone('Europe/Berlin', script).split('\n')).toEqual([
    '-- Saturday 2026-03-28, times are UTC+01:00 (Europe/Berlin)',
    '-- Sunday 2026-03-29',
    '-- Sunday 2026-03-29, times are UTC+02:00 (Europe/Berlin)',
    '-- Monday 2026-03-30',
    '04:04:37',
  ]);
  const first = `console.log(new DayLines().before(Date.parse('2026-11-23T03:04:37Z')));`;
  expect(inZone('UTC', first)).toBe('-- Monday 2026-11-23, times are UTC');
  expect(inZone('America/St_Johns', first)).toBe('-- Sunday 2026-11-22, times are UTC-03:30 (America/St_Johns)');
});
