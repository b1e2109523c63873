import { fromWallTime, wallTimeOf } from '../../lib/zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** "It was slow at 14:05": clocks and memories are a few minutes off. */
const USUAL_MINUTES = 5;

/** From one time to another, in milliseconds since the epoch. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * What somebody writes for a time, in the zone in use, as a range around it: `14:05`, `14:05 ±10`, `11-30 14:05`,
 * `2026-11-30 14:05`, `14:05-14:20`. A time of day alone is the last one that was. Undefined for any other text.
 */
export function rangeAround(text: string, now: number): Range | undefined {
  const found =
    /^(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2})[:.：](\d{2})(?:\s*(?:[-–]\s*(\d{1,2})[:.：](\d{2})|(?:±|\+-|\+\/-)\s*(\d{1,4})(?:\s*m(?:in)?)?))?$/.exec(
      text.trim(),
    );
  if (found === null) return undefined;
  const parts: readonly (string | undefined)[] = found;
  const numbers = parts.map((each) => (each === undefined ? undefined : Number(each)));
  const [, year, month, day, hour, minute, endHour, endMinute, around] = numbers;
  if (hour === undefined || minute === undefined || hour > 23 || minute > 59) return undefined;
  const today = wallTimeOf(now);
  const date = { year: year ?? today.year, month: month ?? today.month, day: day ?? today.day };
  let at = fromWallTime({ ...date, hour, minute });
  if (Number.isNaN(at)) return undefined;
  if (day === undefined && at > now) at -= DAY_MS;
  if (endHour !== undefined && endMinute !== undefined) {
    const length = (endHour - hour) * 60 + endMinute - minute;
    return { from: at, to: at + (length <= 0 ? length + 1440 : length) * MINUTE_MS };
  }
  const minutes = around ?? USUAL_MINUTES;
  return { from: at - minutes * MINUTE_MS, to: at + (minutes + 1) * MINUTE_MS };
}
