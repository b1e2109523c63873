/** How long a budget's windows are, and where they begin. */
export interface WindowRule {
  readonly per: 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | 'total';
  /** By its name in the IANA database. */
  readonly zone: string;
  /** The first day of a week. */
  readonly weekStarts: (typeof WEEKDAYS)[number];
}

/** From `start` on, up to but without `end`, in milliseconds since the epoch; `Infinity`: without an end. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/**
 * The window that `now` (milliseconds since the epoch) is in. It depends on nothing else, so that nothing has to run when
 * a window ends. The windows of a rule lie end to end: every moment is in exactly one. A day is as long as the calendar
 * of its zone says, 23 or 25 hours where the clocks change; of an hour that comes twice each is a window.
 */
export function windowAt({ per, zone, weekStarts }: WindowRule, now: number): Window {
  if (per === 'total') return FOREVER;
  if (per === 'hour') {
    const start = hourOf(now, zone);
    return { start, end: hourAfter(start, zone) };
  }
  const rule = { per, zone, weekStarts };
  let start = midnight(firstDay(rule, dateAt(now, zone)), zone);
  let end = startAfter(rule, start);
  // Where the clocks go back over midnight, the old date comes once more when the new one has begun: that is still the new one.
  while (end <= now) [start, end] = [end, startAfter(rule, end)];
  return { start, end };
}

/**
 * Whether a window that began at `start`, by another zone or first day of the week, counts for `window`, which is the one of
 * `now`: it began in it, or has not ended yet. The windows of one rule never do so for each other.
 */
export function overlaps(per: WindowRule['per'], start: number, window: Window, now: number): boolean {
  if (start === window.start || start > now) return false;
  return start > window.start || start + LEAST_MS[per] > now;
}

/** No window is shorter, whatever the clocks do; so one that may have ended just now counts as one that has. */
const LEAST_MS: Readonly<Record<WindowRule['per'], number>> = {
  hour: 30 * 60_000,
  day: 22 * 3_600_000,
  week: (7 * 24 - 2) * 3_600_000,
  month: (28 * 24 - 2) * 3_600_000,
  quarter: (90 * 24 - 2) * 3_600_000,
  year: (365 * 24 - 2) * 3_600_000,
  total: 0,
};

/** Whether a window that began at `start` is over by `now`, whatever its zone. */
export function isOver(per: WindowRule['per'], start: number, now: number): boolean {
  return start + MOST_MS[per] <= now;
}

/** No window is longer. */
const MOST_MS: Readonly<Record<WindowRule['per'], number>> = {
  hour: 2 * 3_600_000,
  day: 26 * 3_600_000,
  week: (7 * 24 + 2) * 3_600_000,
  month: (31 * 24 + 2) * 3_600_000,
  quarter: (92 * 24 + 2) * 3_600_000,
  year: (366 * 24 + 2) * 3_600_000,
  total: Infinity,
};

const FOREVER: Window = { start: 0, end: Infinity };
const HOUR_MS = 3_600_000;

/** The beginning of the hour that `at` is in. */
function hourOf(at: number, zone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return local.round({ smallestUnit: 'hour', roundingMode: 'floor' }).epochMilliseconds;
}

function hourAfter(start: number, zone: string): number {
  const next = hourOf(start + HOUR_MS, zone);
  // An hour of 90 minutes, where the clocks go back by 30.
  return next > start ? next : hourOf(start + 2 * HOUR_MS, zone);
}

function dateAt(at: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
}

/** When the window after that which begins at `start` begins. */
function startAfter(rule: Days, start: number): number {
  const { per, zone } = rule;
  let day = firstDay(rule, dateAt(start, zone)).add(LENGTHS[per]);
  // A date that a zone has left out, when it moved over the date line, has no length.
  while (midnight(day, zone) <= start) day = day.add(LENGTHS[per]);
  return midnight(day, zone);
}

const LENGTHS = {
  day: { days: 1 },
  week: { days: 7 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
} as const;

/** A window that ends, and is longer than an hour. */
type Days = WindowRule & { readonly per: keyof typeof LENGTHS };

/** The first day of the window that a day is in. */
function firstDay({ per, weekStarts }: Days, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (per) {
    case 'week':
      return day.subtract({ days: (day.dayOfWeek - 1 - WEEKDAYS.indexOf(weekStarts) + 7) % 7 });
    case 'month':
      return day.with({ day: 1 });
    case 'quarter':
      return day.with({ month: day.month - ((day.month - 1) % 3), day: 1 });
    case 'year':
      return day.with({ month: 1, day: 1 });
    case 'day':
      return day;
  }
}

/** The first moment of a day; where the clocks go forward at midnight, that is 1 o'clock. */
function midnight(day: Temporal.PlainDate, zone: string): number {
  return day.toZonedDateTime({ timeZone: zone }).epochMilliseconds;
}
