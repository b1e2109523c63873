import type { FailureKind } from '../../../core/failure.ts';
import { CLIENT_LEFT, type ExchangeRecord, type AttemptRecord } from '../../../core/record.ts';
import { timeBeside } from './console-clock.ts';
import type { Markup } from './markup.ts';
import { showing, targetText, type Shown } from './shown-field.ts';
import { ATTEMPT_FIELDS } from '../attempt-fields.ts';
import { durationText } from '../units-text.ts';

/**
 * A line for each attempt, in columns: which backend, what happened, what follows from it, how long it took. What a
 * provider said stands below its attempt, once if it said it again and again.
 */
export function attemptsText(record: ExchangeRecord, nowMs: number, mark: Markup): string[] {
  const rows = record.tries.map((attempt, at) => {
    const shown = fieldsOf(attempt, mark);
    return {
      attempt,
      shown,
      cells: [
        cell(targetText(shown)),
        whatOf(attempt, shown, mark),
        cell(`→ ${consequence(attempt, at, record, nowMs)}`),
      ],
    };
  });
  const widths = [0, 1, 2].map((column) => widest(rows.map(({ cells }) => cells[column]?.width ?? 0)));
  return rows.flatMap(({ attempt, shown, cells }, at) => {
    const columns = cells.map((one, column) => padded(one, widths[column] ?? 0));
    const line = `  ${at + 1}. ${columns.join('  ')}  ${mark.dim(durationText(attempt.ms))}`;
    const isSaid = attempt.message === undefined || record.tries[at - 1]?.message === attempt.message;
    return isSaid ? [line] : [line, `     ${mark.dim('provider said: ')}${shown('message')}`];
  });
}

type FieldName = (typeof ATTEMPT_FIELDS)[number]['name'];

const fieldsOf = showing<AttemptRecord, FieldName>(ATTEMPT_FIELDS);

/** `429 rate_limited (rate_limit_exceeded)`, `connection_failed (ECONNREFUSED 127.0.0.1:9)`, `read_timeout (60s)`. */
function whatOf({ failure }: AttemptRecord, shown: Shown<FieldName>, { bold }: Markup): Cell {
  const word = [shown('status'), shown('failure')].filter(Boolean).join(' ') || 'ok';
  const detail = shown('detail');
  const more = detail === undefined ? '' : ` (${detail})`;
  // Emphasis is as wide as nothing on a terminal; written as stars, it is wider.
  const marks = failure === undefined ? 0 : bold('').startsWith('\x1b') ? 0 : bold('').length;
  return { shown: (failure === undefined ? word : bold(word)) + more, width: (word + more).length + marks };
}

function consequence(attempt: AttemptRecord, at: number, record: ExchangeRecord, nowMs: number): string {
  const { failure, coolingUntil } = attempt;
  const next = coolingUntil === undefined ? [] : [`cools down until ${timeBeside(coolingUntil, nowMs)}`];
  if (at + 1 < record.tries.length) {
    if (failure === ('hedge_lost' satisfies FailureKind)) next.push('aborted for the other attempt');
    else if (failure !== undefined && next.length === 0) next.push('next attempt');
  } else if (failure === undefined) next.push('served');
  else if (record.interrupted) next.push('client got an error event');
  else next.push(record.status === CLIENT_LEFT ? 'client disconnected' : `client got ${record.status}`);
  return next.join('; ');
}

/** What stands in a column, and how wide it is on a screen. */
interface Cell {
  readonly shown: string;
  readonly width: number;
}

function cell(shown: string): Cell {
  return { shown, width: shown.length };
}

/** One that is much longer than the others must not push them all aside. */
const WIDEST = 60;

function widest(widths: readonly number[]): number {
  return Math.min(WIDEST, Math.max(...widths));
}

function padded({ shown, width }: Cell, to: number): string {
  return shown + ' '.repeat(Math.max(0, to - width));
}
