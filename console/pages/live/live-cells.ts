import type { RequestRow } from '../../lib/answers.ts';
import { compactText, durationText, moneyText } from '../../lib/format.ts';
import { timeText } from '../../lib/zone.ts';
import type { Tone } from '../../parts/badge.tsx';
import type { IconName } from '../../parts/icon.tsx';
import { inAndOut } from '../../lib/tokens.ts';
import type { LiveEntry } from './live-list.ts';
import { words } from './words.ts';

/** The texts of a row in the order of the columns, and how its state looks. Made once for each entry and each state. */
export interface LiveCells {
  readonly texts: readonly string[];
  /** Of its error, beside the status. */
  readonly code: string;
  readonly tone: Tone;
  readonly icon: IconName;
  /** Where it leads; undefined: it has not ended. */
  readonly id: string | undefined;
}

/** The columns of the live view; `isExtra` leaves a narrow screen. */
export const LIVE_COLUMNS = [
  { name: 'time', isNumber: false, isExtra: false },
  { name: 'status', isNumber: false, isExtra: false },
  { name: 'model', isNumber: false, isExtra: false },
  { name: 'backend', isNumber: false, isExtra: true },
  { name: 'caller', isNumber: false, isExtra: true },
  { name: 'tokens', isNumber: true, isExtra: true },
  { name: 'cost', isNumber: true, isExtra: true },
  { name: 'ttft', isNumber: true, isExtra: true },
  { name: 'duration', isNumber: true, isExtra: false },
  { name: 'attempts', isNumber: true, isExtra: true },
] as const;

const NOTHING = '–';

/** What a row says of a request. `now`: for how long it is under way. */
export function cellsOf({ begun, row }: LiveEntry, now: number): LiveCells {
  const w = words.value;
  if (row !== undefined) return endedCells(row);
  const at = begun?.started_at ?? '';
  const elapsed = durationText(Math.max(0, now - Date.parse(at)));
  const { alias = null, caller = null } = begun ?? {};
  return {
    texts: [timeText(at, 'second'), w.running, alias ?? NOTHING, '', caller ?? w.anonymous, '', '', '', elapsed, ''],
    code: '',
    tone: 'info',
    icon: 'clock',
    id: undefined,
  };
}

function endedCells(row: RequestRow): LiveCells {
  const { status, interrupted, alias, model, backend, caller, cost_usd: usd, ttft_ms: ttft, attempts } = row;
  const tokens = inAndOut(row.usage);
  const isOk = status < 400 && !interrupted;
  return {
    texts: [
      timeText(row.started_at, 'second'),
      String(status),
      model === null || model === alias ? (alias ?? NOTHING) : `${alias ?? ''} → ${model}`,
      backend ?? NOTHING,
      caller ?? words.value.anonymous,
      tokens === undefined ? NOTHING : `${compactText(tokens.input)} / ${compactText(tokens.output)}`,
      usd === null ? NOTHING : moneyText(usd),
      ttft === null ? NOTHING : durationText(ttft),
      durationText(row.duration_ms),
      attempts > 1 ? `↻ ${attempts}` : String(attempts),
    ],
    code: row.error_code ?? '',
    tone: isOk ? 'good' : interrupted || status < 500 ? 'warn' : 'bad',
    icon: isOk ? 'check' : interrupted || status < 500 ? 'warning' : 'cross',
    id: row.id,
  };
}
