/**
 * Milliseconds in `300ms`, `30s`, `10m`, `1h`, `1.5s` or `1h30m`; a bare number, also as text, is seconds.
 * Undefined for anything else: negative, empty, infinite, unknown units, a unit out of order (`30m1h`).
 */
export function parseDuration(value: string | number): number | undefined {
  const text = String(value).trim();
  if (/^\d+(\.\d+)?$/.test(text)) return wholeOrFraction(Number(text) * 1000);
  const parts = DURATION.exec(text);
  if (!parts || text === '') return undefined;
  let ms = 0;
  for (const [index, unit] of UNITS.entries()) ms += Number(parts[index + 1] ?? 0) * unit.ms;
  return wholeOrFraction(ms);
}

/** The shortest text that `parseDuration` reads back as the milliseconds: `1h30m`, `1.5s` or `300ms`; `0s` for zero. */
export function formatDuration(duration: number): string {
  // Times that were added and subtracted are off by a trace.
  const ms = Math.round(duration * 1e6) / 1e6;
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = Number((ms % 60_000).toFixed(6)) / 1000;
  return [hours && `${hours}h`, minutes && `${minutes}m`, seconds && `${seconds}s`].filter(Boolean).join('');
}

/** Largest first: the order in which they may stand in a duration. */
const UNITS = [
  { name: 'h', ms: 3_600_000 },
  { name: 'm', ms: 60_000 },
  { name: 's', ms: 1000 },
  { name: 'ms', ms: 1 },
];

const DURATION = new RegExp(`^${UNITS.map((unit) => `(?:(\\d+(?:\\.\\d+)?)${unit.name})?`).join('')}$`);

/** Takes binary rounding (`1.1s` is 1100.0000000000002 ms) out of `ms`; undefined when it is not finite. */
function wholeOrFraction(ms: number): number | undefined {
  return Number.isFinite(ms) ? Math.round(ms * 1e6) / 1e6 : undefined;
}
