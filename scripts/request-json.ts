// Writes src/records/log/request-json.ts: the line of a request as JSON, put together field by field from the table of a
// record's fields. What `JSON.stringify` or a loop over the table would take is three times as much.
import type { ExchangeRecord } from '../src/core/record.ts';
import type { RecordField } from '../src/records/log/log-field.ts';
import { RECORD_FIELDS } from '../src/records/log/log-fields.ts';
import { formatted } from './formatted.ts';
import { writeGenerated } from './write-generated.ts';

type Field = RecordField<ExchangeRecord>;

/** The source of the writer of these fields. Throws where a field's `of` is not `(record) => …`. */
export function writerSource(fields: readonly Field[]): string {
  const shared = fields.filter(({ isShared }) => isShared);
  const own = fields.filter(({ isShared }) => !isShared);
  // Those that are shared are one piece, which stands where the first of them does.
  const before = fields.slice(
    0,
    fields.findIndex(({ isShared }) => isShared),
  );
  const behind = own.slice(before.length);
  const untrusted = own.filter(({ trusted }) => trusted === undefined);
  return `// Written by \`make generate\` from log-fields.ts: do not edit.
import type { ExchangeRecord } from '../../core/record.ts';
import { printable } from '../../lib/printable.ts';
import { isUnpriced, nanoUsdOf } from '../cost-of-tries.ts';
import { hasStory } from './has-story.ts';
import { isoTime, quoted, tenthsText, usd } from './json-text.ts';
import { attemptEntry, type Level } from './request-line.ts';

/** Writes the lines of requests as JSON. What requests that follow each other share is written and looked through once. */
export class RequestWriter {
  #shared: Shared | undefined;

  /** \`isClean\`: whether there is no secret in a text. */
  constructor(private readonly isClean: (text: string) => boolean) {}

  /** The request line of a record. */
  json(record: ExchangeRecord, level: Level, nowMs: number): string {
    ${localsOf(own)}
    return \`{"level":"\${level}","ts":"\${isoTime(nowMs)}","msg":"request"${before.map(member).join('')}\${this.#sharedBy(record).json}${behind.map(member).join('')}}\`;
  }

  /** Whether there is no secret in the line, as JSON or for people: all of it that is not trusted is looked through. */
  holdsNoSecret(record: ExchangeRecord): boolean {
    ${localsOf(untrusted)}
    return this.#sharedBy(record).isClean && this.isClean(\`${untrusted.map(text).join(' ')}\`);
  }

  #sharedBy(record: ExchangeRecord): Shared {
    if (this.#shared !== undefined && isAlike(this.#shared.record, record)) return this.#shared;
    ${localsOf(shared)}
    const json = \`${shared.map(member).join('')}\`;
    const texts = \`${shared
      .filter(({ trusted }) => trusted === undefined)
      .map(text)
      .join(' ')}\`;
    this.#shared = { record, json, isClean: this.isClean(texts) };
    return this.#shared;
  }
}

/** What the lines of like requests have in common. */
interface Shared {
  readonly record: ExchangeRecord;
  readonly json: string;
  readonly isClean: boolean;
}

function isAlike(one: ExchangeRecord, other: ExchangeRecord): boolean {
  return ${shared.map((field) => `${valueOf(field, 'one')} === ${valueOf(field, 'other')}`).join(' && ')};
}

function listJson(tries: ExchangeRecord['tries']): string {
  return printable(JSON.stringify(tries.map(attemptEntry)));
}
`;
}

function localsOf(fields: readonly Field[]): string {
  return fields.map((field) => `const ${local(field)} = ${valueOf(field, 'record')};`).join('\n  ');
}

function local({ name }: Field): string {
  return name.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function valueOf({ name, of }: Field, record: string): string {
  const [, value] = /^\(record\) => ([^]+)$/.exec(of.toString()) ?? [];
  if (value === undefined) throw new Error(`the field ${name} has no \`of\` like (record) => record.property`);
  // The runtime has shortened the words.
  const spelt = value.replaceAll('void 0', 'undefined').replaceAll('!0', 'true').replaceAll('!1', 'false');
  return spelt.replaceAll(/\brecord\b/g, record);
}

/** `,"name":value` within a template. */
function member(field: Field): string {
  const { name, nullWhen, absentWhen } = field;
  if (absentWhen !== undefined) return `\${${local(field)} === undefined ? '' : \`,"${name}":\${${json(field)}}\`}`;
  if (nullWhen === undefined || field.type === 'string') return `,"${name}":\${${json(field)}}`;
  if (field.type !== 'number') return `,"${name}":\${${local(field)} ?? null}`;
  return `,"${name}":\${${local(field)} === undefined ? null : ${json(field)}}`;
}

function json(field: Field): string {
  const value = local(field);
  if (field.type === 'string') return `quoted(${value})`;
  if (field.unit === 'USD') return `usd(${value})`;
  if (field.type === 'number') return `tenthsText(${value})`;
  return field.type === 'list' ? `listJson(${value})` : value;
}

function text(field: Field): string {
  const value = local(field);
  return field.type === 'list' ? `\${${value} === undefined ? '' : listJson(${value})}` : `\${${value}}`;
}

if (import.meta.main) {
  const path = 'src/records/log/request-json.ts';
  await writeGenerated(path, await formatted(path, writerSource(RECORD_FIELDS)));
}
