import { timeText } from './zone.ts';

const HOUR_MS = 3_600_000;
/** Days begin at a quarter of an hour everywhere. */
const QUARTER_MS = 900_000;

/** The starts of the hours or days (in the zone in use) from one time to another, whether anything happened in them or not. */
export function bucketStarts(per: 'hour' | 'day', fromMs: number, toMs: number): number[] {
  const stepMs = per === 'hour' ? HOUR_MS : QUARTER_MS;
  const starts: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at < toMs; at += stepMs)
    if (per === 'hour' || timeText(at, 'minute') === '00:00') starts.push(at);
  return starts;
}
