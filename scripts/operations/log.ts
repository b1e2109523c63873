import type { LogField } from '../../src/records/log/log-field.ts';
import { REQUEST_FIELDS } from '../../src/records/log/log-fields.ts';
import { ATTEMPT_FIELDS } from '../../src/records/log/attempt-fields.ts';
import type { LogLine } from '../../src/records/log/log-line.ts';
import { LOG_LINES } from '../../src/records/log/log-lines.ts';
import { code, codes, table } from './table.ts';
import type { Localize } from './table.ts';

/** Every field of the line of a request. */
export function logFieldsBlock(localize: Localize): string {
  return [
    table(
      localize,
      FIELD_HEADS,
      REQUEST_FIELDS.map((field) => fieldRow(field, localize)),
    ),
    localize('**Each of `tries`**'),
    table(
      localize,
      FIELD_HEADS,
      ATTEMPT_FIELDS.map((field) => fieldRow(field, localize)),
    ),
  ].join('\n\n');
}

/** Every other line, with the fields that it has besides `level`, `ts` and `msg`; what they mean is below each group. */
export function logLinesBlock(localize: Localize): string {
  return Object.entries(LOG_LINES)
    .flatMap(([group, lines]) => [
      `**${localize(group)}**`,
      table(
        localize,
        ['level', 'message', 'meaning', 'fields'],
        lines.map(({ level, msg, meaning, fields }) => [
          level,
          code(msg),
          localize(meaning),
          codes(fields.map(({ name }) => name)),
        ]),
      ),
      fieldList(lines, localize),
    ])
    .join('\n\n');
}

/** Each field once; one that means different things in different lines once for each, with their messages. */
function fieldList(lines: readonly LogLine[], localize: Localize): string {
  const meanings = new Map<string, Map<string, string[]>>();
  for (const { msg, fields } of lines) {
    for (const field of fields) {
      const ofName = meanings.get(field.name) ?? new Map<string, string[]>();
      meanings.set(field.name, ofName);
      const meaning = meaningOf(field, localize);
      ofName.set(meaning, [...(ofName.get(meaning) ?? []), msg]);
    }
  }
  return [...meanings]
    .flatMap(([name, ofName]) =>
      [...ofName].map(([meaning, messages]) => {
        const where = ofName.size === 1 ? '' : ` (${codes(messages)})`;
        return `- ${code(name)}${where}: ${meaning}`;
      }),
    )
    .join('\n');
}

const FIELD_HEADS = ['field', 'type', 'meaning'];

function fieldRow(field: LogField, localize: Localize): string[] {
  const type = field.unit === undefined ? field.type : `${field.type}, ${field.unit}`;
  return [code(field.name), localize(type), meaningOf(field, localize)];
}

/** All that is said of a field is one text to translate: not every language puts sentences together as English does. */
function meaningOf({ meaning, nullWhen, absentWhen }: LogField, localize: Localize): string {
  const sentences = [meaning];
  if (nullWhen !== undefined) sentences.push(`Null when ${nullWhen}.`);
  if (absentWhen !== undefined) sentences.push(`Absent when ${absentWhen}.`);
  return localize(sentences.join(' '));
}
