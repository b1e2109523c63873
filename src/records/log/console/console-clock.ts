import { localTime, twoDigits } from '../../../lib/local-time.ts';
import { dayNamer } from '../files/rotation.ts';

/** The console's clock is local time, as in the names of log files: `03:04:37`. Lines in JSON and in files have UTC. */
export function timeOfDay(ms: number): string {
  const second = Math.floor(ms / 1000);
  // Many lines are of the same second.
  if (second !== lastSecond) {
    lastSecond = second;
    lastTime = localTime(new Date(ms));
  }
  return lastTime;
}

/** A time that a line of `nowMs` tells of: with its date where that is another day's. */
export function timeBeside(ms: number, nowMs: number): string {
  const day = dayOf(ms);
  // Not what is remembered: the line's own second is asked for again.
  const time = localTime(new Date(ms));
  return day === dayOf(nowMs) ? time : `${day} ${time}`;
}

/** Says which day it is, and in which zone times are: once, and again when either changes. */
export class DayLines {
  #until = -Infinity;
  #since = -Infinity;
  #day = '';
  #zone = '';

  /** The line to stand before one of `ms`; undefined where nothing has changed since the last. */
  before(ms: number): string | undefined {
    if (ms >= this.#since && ms < this.#until) return undefined;
    // An offset changes with a minute, a day with one, too.
    this.#since = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
    this.#until = this.#since + MINUTE_MS;
    const [day, zone] = [dayOf(ms), zoneOf(ms)];
    if (day === this.#day && zone === this.#zone) return undefined;
    const name = new Date(ms).toLocaleDateString('en', { weekday: 'long' });
    const note = zone === this.#zone ? '' : `, times are ${zone}`;
    this.#day = day;
    this.#zone = zone;
    return `-- ${name} ${day}${note}`;
  }
}

const MINUTE_MS = 60_000;
const dayOf = dayNamer();

let lastSecond = NaN;
let lastTime = '';

/** `UTC`, `UTC+01:00 (Europe/Berlin)`. */
function zoneOf(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (minutes === 0 && timeZone === 'UTC') return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)} (${timeZone})`;
}
