import type { WINDOWS } from './overview-schema.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How a window is shown. */
interface WindowShape {
  readonly ms: number;
  readonly stepMs: number;
  /** Whether the sums by minute reach so far back; otherwise those by hour do. */
  readonly isOfMinutes: boolean;
}

export const SHAPES: Readonly<Record<(typeof WINDOWS)[number], WindowShape>> = {
  '15m': { ms: 15 * MINUTE_MS, stepMs: MINUTE_MS, isOfMinutes: true },
  '1h': { ms: HOUR_MS, stepMs: MINUTE_MS, isOfMinutes: true },
  '24h': { ms: DAY_MS, stepMs: 15 * MINUTE_MS, isOfMinutes: true },
  '7d': { ms: 7 * DAY_MS, stepMs: HOUR_MS, isOfMinutes: false },
  '30d': { ms: 30 * DAY_MS, stepMs: DAY_MS, isOfMinutes: false },
};
