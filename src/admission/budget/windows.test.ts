import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { WEEKDAYS, windowAt, type WindowRule } from './windows.ts';

const HOUR = 3_600_000;

function rule(per: WindowRule['per'], zone = 'UTC', weekStarts: WindowRule['weekStarts'] = 'monday'): WindowRule {
  return { per, zone, weekStarts };
}

function shown(of: WindowRule, at: string): string[] {
  const { start, end } = windowAt(of, Date.parse(at));
  return [start, end].map((ms) => new Date(ms).toISOString().replace(':00.000Z', 'Z'));
}

function hours(of: WindowRule, at: string): number {
  const { start, end } = windowAt(of, Date.parse(at));
  return (end - start) / HOUR;
}

describe('a window of the calendar', () => {
  test('begins at midnight of its zone, not of UTC', () => {
    expect(shown(rule('day'), '2026-05-05T23:30:00Z')).toEqual(['2026-05-05T00:00Z', '2026-05-06T00:00Z']);
    expect(shown(rule('day', 'Asia/Shanghai'), '2026-05-05T23:30:00Z')).toEqual([
      '2026-05-05T16:00Z',
      '2026-05-06T16:00Z',
    ]);
    expect(shown(rule('day', 'Asia/Kolkata'), '2026-05-05T18:29:59.999Z')).toEqual([
      '2026-05-04T18:30Z',
      '2026-05-05T18:30Z',
    ]);
    expect(shown(rule('month', 'America/New_York'), '2026-03-01T04:59:59Z')).toEqual([
      '2026-02-01T05:00Z',
      '2026-03-01T05:00Z',
    ]);
  });

  test('is a week from the day that it starts on, a quarter, a year, or everything', () => {
    // A Sunday.
    const at = '2026-11-29T12:00:00Z';
    expect(shown(rule('week'), at)[0]).toBe('2026-11-23T00:00Z');
    expect(shown(rule('week', 'UTC', 'sunday'), at)).toEqual(['2026-11-29T00:00Z', '2026-12-06T00:00Z']);
    expect(shown(rule('week', 'UTC', 'saturday'), at)[0]).toBe('2026-11-28T00:00Z');
    expect(shown(rule('quarter'), at)).toEqual(['2026-10-01T00:00Z', '2027-01-01T00:00Z']);
    expect(shown(rule('year', 'Pacific/Auckland'), at)).toEqual(['2025-12-31T11:00Z', '2026-12-31T11:00Z']);
    expect(windowAt(rule('total'), Date.parse(at))).toEqual({ start: 0, end: Infinity });
  });

  test('has 23 or 25 hours on the days on which the clocks change', () => {
    const berlin = rule('day', 'Europe/Berlin');
    expect(hours(berlin, '2026-03-29T12:00:00Z')).toBe(23);
    expect(hours(berlin, '2026-10-25T12:00:00Z')).toBe(25);
    expect(hours(berlin, '2026-10-26T12:00:00Z')).toBe(24);
    expect(hours(rule('week', 'America/New_York'), '2026-11-01T12:00:00Z')).toBe(169);
    expect(hours(rule('month', 'America/New_York'), '2026-03-15T12:00:00Z')).toBe(31 * 24 - 1);
    // The clocks go forward at midnight: the day begins at 1 o'clock.
    expect(shown(rule('day', 'Africa/Cairo'), '2026-04-24T12:00:00Z')).toEqual([
      '2026-04-23T22:00Z',
      '2026-04-24T21:00Z',
    ]);
  });

  test('is each of the two hours of the same name when the clocks go back', () => {
    const hour = rule('hour', 'America/New_York');
    expect(shown(hour, '2026-11-01T05:30:00Z')).toEqual(['2026-11-01T05:00Z', '2026-11-01T06:00Z']);
    expect(shown(hour, '2026-11-01T06:30:00Z')).toEqual(['2026-11-01T06:00Z', '2026-11-01T07:00Z']);
    expect(shown(hour, '2026-03-08T06:59:00Z')).toEqual(['2026-03-08T06:00Z', '2026-03-08T07:00Z']);
    expect(shown(hour, '2026-03-08T07:01:00Z')).toEqual(['2026-03-08T07:00Z', '2026-03-08T08:00Z']);
    // By half an hour: one of 90 minutes, and one of 30.
    expect(hours(rule('hour', 'Australia/Lord_Howe'), '2026-04-04T14:50:00Z')).toBe(1.5);
    expect(hours(rule('hour', 'Australia/Lord_Howe'), '2026-10-03T15:45:00Z')).toBe(0.5);
  });

  test('where the clocks go back over midnight, or a date is left out, is none twice and none of no length', () => {
    const newfoundland = rule('day', 'America/St_Johns');
    // At 00:01 the clocks go back to 23:01: midnight comes twice.
    const again = windowAt(newfoundland, Date.parse('2009-11-01T03:00:00Z'));
    expect(again).toEqual(windowAt(newfoundland, Date.parse('2009-11-01T02:30:30Z')));
    const samoa = windowAt(rule('day', 'Pacific/Apia'), Date.parse('2011-12-30T09:59:59Z'));
    expect(samoa.end).toBe(Date.parse('2011-12-30T10:00:00Z'));
    expect(windowAt(rule('day', 'Pacific/Apia'), samoa.end).start).toBe(samoa.end);
  });

  test('is one for each moment: windows lie end to end', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Africa/Cairo',
      'Africa/Casablanca',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'America/Sao_Paulo',
      'Asia/Tehran',
      'Antarctica/Troll',
      '+05:45',
    ];
    const rules = fc.record<WindowRule>({
      per: fc.constantFrom('hour', 'day', 'week', 'month', 'quarter', 'year'),
      zone: fc.constantFrom(...zones),
      weekStarts: fc.constantFrom(...WEEKDAYS),
    });
    const moments = fc.integer({ min: Date.parse('2005-01-01'), max: Date.parse('2040-01-01') });
    fc.assert(
      fc.property(rules, moments, fc.double({ min: 0, max: 1, noNaN: true }), (each, at, share) => {
        const window = windowAt(each, at);
        expect(window.start).toBeLessThanOrEqual(at);
        expect(window.end).toBeGreaterThan(at);
        const within = Math.floor(window.start + share * (window.end - 1 - window.start));
        for (const moment of [window.start, within, window.end - 1]) expect(windowAt(each, moment)).toEqual(window);
        expect(windowAt(each, window.start - 1).end).toBe(window.start);
        expect(windowAt(each, window.end).start).toBe(window.end);
      }),
      { numRuns: 300 },
    );
  });
});
