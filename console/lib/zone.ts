import { computed, type ReadonlySignal } from '@preact/signals';
import { locale } from './language.ts';
import { stored } from './stored.ts';

const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The one time zone of all times and charts. */
export const zone = stored('zone', (text) => (text !== null && isZone(text) ? text : OWN));

/** Zones to choose from, the browser's own and UTC first. */
export const ZONES: readonly string[] = [...new Set([OWN, 'UTC', ...Intl.supportedValuesOf('timeZone')])];

function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const FORMS = {
  /** A moment, to the second. */
  full: { year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  /** In lists, whose rows are of one year mostly. */
  list: { month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  /** Of what is to come, where seconds do not matter. */
  moment: { month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  minute: { hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { month: 'short', day: '2-digit' },
  date: { year: 'numeric', month: 'short', day: '2-digit' },
  month: { year: 'numeric', month: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TimeForm = keyof typeof FORMS;

const formats: ReadonlySignal<Record<TimeForm, Intl.DateTimeFormat>> = computed(() => {
  const made = Object.entries(FORMS).map(([name, form]) => {
    return [name, new Intl.DateTimeFormat(locale.value, { ...form, hourCycle: 'h23', timeZone: zone.value })];
  });
  return Object.fromEntries(made) as Record<TimeForm, Intl.DateTimeFormat>;
});

/** A time (RFC 3339, or milliseconds) in the zone in use. */
export function timeText(at: string | number, form: TimeForm = 'full'): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : formats.value[form].format(date);
}

/** `+08:00` for the zone in use, as it is at that time. */
export function offsetText(at = Date.now()): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone.value, timeZoneName: 'longOffset' }).formatToParts(at);
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') ?? '';
  return text === '' ? '+00:00' : text;
}

/** A time of the clock as the zone in use shows it: a month from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** The clock of the zone in use at a time. */
export function wallTimeOf(at: number): WallTime {
  const shifted = new Date(at + offsetMs(at));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
  };
}

/** When the clock of the zone in use shows this, in milliseconds since the epoch. */
export function fromWallTime({ year, month, day, hour, minute }: WallTime): number {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  // The offset is that of the time itself: on days when the clock is changed the first guess may be an hour off.
  return asUtc - offsetMs(asUtc - offsetMs(asUtc));
}

function offsetMs(at: number): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)/.exec(offsetText(at)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
