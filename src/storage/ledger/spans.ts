/** A stretch of hours or days in one of the tables of roll-ups. */
export interface Span {
  readonly table: 'hour' | 'day';
  /** In spans since the epoch. */
  readonly from: number;
  readonly to: number;
  /** How many hours a span of the table has. */
  readonly hours: number;
}

const DAY_HOURS = 24;

/**
 * Which roll-ups hold the hours from `from` up to `to`: whole days where there are some, hours before and after. `every`: how
 * long the buckets are, which a day must not be across. `isOfHours`: days are not asked for.
 */
export function spansOf(from: number, to: number, every = Infinity, isOfHours = false): Span[] {
  const [begin, end] = [Math.ceil(from / DAY_HOURS), Math.floor(to / DAY_HOURS)];
  const isOneBucket = from + every >= to;
  const isOfDays = isOneBucket || (every % DAY_HOURS === 0 && from % DAY_HOURS === 0);
  if (isOfHours || !isOfDays || begin >= end) return hours(from, to);
  return [
    ...hours(from, begin * DAY_HOURS),
    { table: 'day', from: begin, to: end, hours: DAY_HOURS },
    ...hours(end * DAY_HOURS, to),
  ];
}

function hours(from: number, to: number): Span[] {
  return from < to ? [{ table: 'hour', from, to, hours: 1 }] : [];
}
