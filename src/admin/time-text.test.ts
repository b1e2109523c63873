import { expect, test } from 'bun:test';
import { bucketsOf, parseTime } from './time-text.ts';

const NOW = Date.UTC(2026, 10, 30, 12);

test.each([
  ['2026-11-30', Date.UTC(2026, 10, 29, 23)],
  ['2026-11-30T14:05:00Z', Date.UTC(2026, 10, 30, 14, 5)],
  ['2026-11-30T14:05:00+02:00', Date.UTC(2026, 10, 30, 12, 5)],
  ['7d', NOW - 7 * 86_400_000],
  ['24h', NOW - 86_400_000],
  ['30m', NOW - 1_800_000],
])('%s', (text, at) => {
  expect(parseTime(text, 'Europe/Berlin', NOW)).toBe(at);
});

test.each(['', 'yesterday', '2026-13-01', '2026-11-31', '-7d', '7', '1e3d', "'; DROP TABLE"])(
  '%p is no time',
  (text) => {
    expect(parseTime(text, 'UTC', NOW)).toBeUndefined();
  },
);

test.each(['-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z', '+010000-01-01', '-000001-12-31'])(
  '%p is beyond what calendars are made of',
  (text) => expect(parseTime(text, 'UTC', NOW)).toBeUndefined(),
);

test('so long ago that there is no year for it is as early as there is one', () => {
  const from = parseTime('999999w', 'UTC', NOW) ?? NaN;
  expect(new Date(from).toISOString()).toBe('0000-01-01T00:00:00.000Z');
  expect(bucketsOf('year', { from, to: NOW }, 'Asia/Kolkata')).toBeUndefined();
});

test('days begin at midnight of the zone, over a change of the clocks', () => {
  const from = Date.UTC(2026, 2, 28, 12);
  const days = bucketsOf('day', { from, to: Date.UTC(2026, 2, 30, 12) }, 'Europe/Berlin');
  expect(days).toEqual([Date.UTC(2026, 2, 27, 23), Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 2, 29, 22)]);
});

test('too many hours are no answer', () => {
  expect(bucketsOf('hour', { from: 0, to: NOW }, 'UTC')).toBeUndefined();
});
