import type { LogField } from '../../src/observe/log-fields.ts';
import { REQUEST_FIELDS, TRY_FIELDS } from '../../src/observe/log-fields.ts';
import { LOG_LINES } from '../../src/observe/log-lines.ts';
import { code, table } from './table.ts';
import type { Told } from './table.ts';

/** Every field of the line of a request. */
export function logFieldsBlock(told: Told): string {
  return [
    table(
      told,
      FIELD_HEADS,
      REQUEST_FIELDS.map((field) => fieldRow(field, told)),
    ),
    told('**Each of `tries`**'),
    table(
      told,
      FIELD_HEADS,
      TRY_FIELDS.map((field) => fieldRow(field, told)),
    ),
  ].join('\n\n');
}

/** Every other line, with the fields that it has besides `level`, `ts` and `msg`. */
export function logLinesBlock(told: Told): string {
  return Object.entries(LOG_LINES)
    .flatMap(([group, lines]) => [
      `**${told(group)}**`,
      table(
        told,
        ['level', 'message', 'meaning', 'fields'],
        lines.map(({ level, msg, meaning, fields }) => [
          level,
          code(msg),
          told(meaning),
          fields.map((field) => `${code(field.name)}: ${meaningOf(field, told)}`).join('<br>'),
        ]),
      ),
    ])
    .join('\n\n');
}

const FIELD_HEADS = ['field', 'type', 'meaning'];

function fieldRow(field: LogField, told: Told): string[] {
  const unit = field.unit === undefined ? '' : `, ${field.unit}`;
  return [code(field.name), told(field.type) + unit, meaningOf(field, told)];
}

function meaningOf({ meaning, nullWhen, absentWhen }: LogField, told: Told): string {
  return [
    told(meaning),
    nullWhen === undefined ? '' : `${told('Null when')} ${told(nullWhen)}.`,
    absentWhen === undefined ? '' : `${told('Absent when')} ${told(absentWhen)}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
