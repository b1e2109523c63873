import type { Flag } from '../command.ts';

/** From when on. */
export const FROM: Flag = {
  name: 'from',
  value: 'TIME',
  help: 'with export: from when on: `2026-11-30`, `2026-11-30T14:05:00Z`, or `7d` for seven days ago (default: all)',
};
/** Up to when. */
export const UNTIL: Flag = { name: 'until', value: 'TIME', help: 'with export: up to when (default: now)' };
/** In which form. */
export const FORMAT: Flag = {
  name: 'format',
  value: 'FORMAT',
  help: 'with export: `csv` or `jsonl` (default: `jsonl`)',
};
/** How many are shown first. */
export const LINES: Flag = {
  name: 'lines',
  short: 'n',
  value: 'N',
  help: 'with tail: how many to show first (default: 10)',
};
/** Rows as JSON. */
export const JSON_ROWS: Flag = {
  name: 'json',
  help: 'with tail: print each as JSON; with body: print all as one JSON object',
};
