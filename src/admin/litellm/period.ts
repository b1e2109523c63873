import { wrong } from './request-fields.ts';

/** The windows of budgets by LiteLLM's durations; it begins them by the calendar in UTC as well. The first of each is how it is told. */
const WINDOWS = {
  hour: ['1h', '60m', '3600s'],
  day: ['1d', '24h'],
  week: ['7d', '1w'],
  month: ['30d', '1mo', '31d'],
} as const;

/** The window of `budget_duration`: without one it never begins anew. Throws a Refusal for a window that there is not. */
export function windowOf(duration: string | undefined): string {
  if (duration === undefined || duration === '') return 'total';
  for (const [per, durations] of Object.entries(WINDOWS))
    if ((durations as readonly string[]).includes(duration)) return per;
  throw wrong('budget_duration', 'one of 1h, 1d, 7d and 30d: an hour, a day, a week or a month of the calendar');
}

/** The duration that a window is told as; undefined: it never begins anew, or LiteLLM has no word for it. */
export function durationOf(per: string): string | undefined {
  return Object.hasOwn(WINDOWS, per) ? WINDOWS[per as keyof typeof WINDOWS][0] : undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, mo: 2_592_000 };

/** When a key of this `duration` expires, as RFC 3339; null: never. Throws a Refusal for what is no duration. */
export function expiryOf(duration: string, nowMs: number): string | null {
  if (duration === '' || duration === '-1') return null;
  const [, count = '', unit = ''] = /^(\d{1,6})(s|m|h|d|w|mo)$/.exec(duration) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? 0);
  if (seconds > 0) return new Date(nowMs + seconds * 1000).toISOString();
  throw wrong('duration', 'a duration such as 30s, 30m, 24h, 30d or 1mo');
}
