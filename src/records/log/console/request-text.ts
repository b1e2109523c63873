import type { ExchangeRecord } from '../../../core/record.ts';
import { attemptsText } from './attempts-text.ts';
import { timeOfDay } from './console-clock.ts';
import { hasStory } from '../has-story.ts';
import { RECORD_FIELDS } from '../log-fields.ts';
import { markup, type ConsoleStyle, type Markup } from './markup.ts';
import type { Level } from '../request-line.ts';
import { columnsOf, showing, targetText, type Shown } from './shown-field.ts';

/**
 * A request for people. A good one is a single line; one that failed or was rescued is a headline with the full trace
 * ID and a line for each attempt. What stands where is in the table of a record's fields.
 */
export function requestText(record: ExchangeRecord, level: Level, nowMs: number, style: ConsoleStyle): string {
  const mark = markup(style);
  const shown = fieldsOf(record, mark);
  let line = `${mark.dim(timeOfDay(nowMs))} ${mark.level(level)} ${outcome(record, shown, mark)} ${subject(record, shown)}`;
  for (const column of COLUMNS) {
    const text = column(record, mark);
    if (text !== undefined) line += `  ${text}`;
  }
  const isGood = level === 'info' && record.status < 400;
  const trace = shown('trace_id') ?? '';
  line += isGood ? `  ${mark.dim(trace)}` : `  trace ${trace}`;
  return hasStory(record) ? [line, ...attemptsText(record, nowMs, mark)].join('\n') : line;
}

type FieldName = (typeof RECORD_FIELDS)[number]['name'];

const fieldsOf = showing<ExchangeRecord, FieldName>(RECORD_FIELDS);
const COLUMNS = columnsOf<ExchangeRecord>(RECORD_FIELDS);

function outcome({ status, interrupted }: ExchangeRecord, shown: Shown<FieldName>, { bold }: Markup): string {
  if (status < 400 && !interrupted) return shown('status') ?? '';
  const words = [shown('status'), shown('interrupted') && 'interrupted', shown('error_code')];
  const detail = shown('detail');
  return bold(words.filter(Boolean).join(' ')) + (detail === undefined ? '' : ` (${detail})`);
}

/** Who was asked and who answered; of a refused request, what it was and where it came from. */
function subject(record: ExchangeRecord, shown: Shown<FieldName>): string {
  const alias = shown('alias');
  if (record.backend === undefined) {
    const caller = shown('caller');
    const from = `from ${shown('client_ip')}${caller === undefined ? '' : ` (${caller})`}`;
    const request = `${shown('method')} ${shown('path')}  ${from}`;
    return alias === undefined ? request : `${alias}  ${request}`;
  }
  const servedAlias = shown('served_alias');
  const asked = (alias ?? shown('path')) + (servedAlias === undefined ? '' : ` as ${servedAlias}`);
  // When everything failed no backend served; the attempts below name them all.
  const isUnserved = record.status >= 400 && hasStory(record);
  return isUnserved ? asked : `${asked} → ${targetText(shown)}`;
}
