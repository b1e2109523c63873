/** The date of a time where this machine is: `2026-11-30`. */
export function localDate(at: Date): string {
  return `${String(at.getFullYear()).padStart(4, '0')}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
}

/** The time of day there: `03:04:37`. */
export function localTime(at: Date): string {
  return `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}:${twoDigits(at.getSeconds())}`;
}

/** A number below 100, with a zero in front of a single digit. */
export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
