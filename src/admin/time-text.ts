import { z } from 'zod';
import { isZone } from '../lib/is-zone.ts';
import { windowAt } from '../admission/budget/windows.ts';

/** Milliseconds of what stands behind the number in `7d`. */
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const ALLOWED = 'a time such as 2026-11-30, 2026-11-30T14:05:00Z, or 7d for seven days ago';

/** What RFC 3339 can write: the years 0 to 9999. Calendars end not far beyond. */
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Reads a point in time as milliseconds since the epoch: RFC 3339, a date alone (its first moment in `zone`), or how long
 * ago it was (`30m`, `24h`, `7d`, `2w`). Undefined for any other text.
 */
export function parseTime(text: string, zone: string, nowMs: number): number | undefined {
  const ago = /^(\d{1,6})([mhdw])$/.exec(text);
  if (ago !== null) return Math.max(FIRST_MS, nowMs - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0));
  try {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(text)
      ? Temporal.PlainDate.from(text).toZonedDateTime({ timeZone: zone })
      : Temporal.Instant.from(text);
    const { epochMilliseconds: ms } = at;
    return ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;
  } catch {
    return undefined;
  }
}

/** A field of a query that is a point in time; it is read once the zone is known. */
export const timeText = (whose: string) =>
  z
    .string()
    .refine((text) => parseTime(text, 'UTC', 0) !== undefined, { message: `must be ${ALLOWED}` })
    .optional()
    .describe(`${whose}: ${ALLOWED}.`);

/** A field of a query that names a time zone. */
export const zoneText = z
  .string()
  .refine(isZone, { message: 'must be a time zone such as UTC or Europe/Berlin' })
  .default('UTC')
  .describe('The time zone of dates and of days, weeks and months, as the IANA database names it.');

/** How long a bucket of time is. */
export const BUCKETS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

/** So many buckets of time an answer may have. */
export const MOST_BUCKETS = 2000;

/**
 * The starts of the calendar's hours, days and so on from the one that `from` is in, up to `to`; undefined if they are
 * more than `MOST_BUCKETS`.
 */
export function bucketsOf(
  per: (typeof BUCKETS)[number],
  { from, to }: { readonly from: number; readonly to: number },
  zone: string,
): number[] | undefined {
  const starts: number[] = [];
  for (let at = from; at < to;) {
    const { start, end } = windowAt({ per, zone, weekStarts: 'monday' }, at);
    if (starts.push(start) > MOST_BUCKETS) return undefined;
    at = end;
  }
  return starts;
}
