import { offsetText } from './zone.ts';

/** A time as a date whose UTC parts are those of the zone in use. */
export function localDate(ms: number): Date {
  return new Date(ms - Date.parse(`1970-01-01T00:00:00${offsetText(ms)}`));
}
