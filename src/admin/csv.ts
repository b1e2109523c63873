import type { PiecewiseAnswer } from '../core/local-answer.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows as a file of comma-separated values (RFC 4180). The columns are those of the first row. */
export function csvOf(
  rows: Iterable<Row> | AsyncIterable<Row>,
  file: string,
  columns?: readonly string[],
): PiecewiseAnswer {
  return { pieces: csvLines(rows, columns), headers: attachment('text/csv; charset=utf-8; header=present', file) };
}

/** Rows as JSON Lines: one object a line. */
export function jsonLinesOf(rows: AsyncIterable<Row>, file: string): PiecewiseAnswer {
  return { pieces: jsonLines(rows), headers: attachment('application/x-ndjson', file) };
}

function attachment(type: string, file: string): Readonly<Record<string, string>> {
  return { 'content-type': type, 'content-disposition': `attachment; filename="${file}"` };
}

async function* csvLines(rows: Iterable<Row> | AsyncIterable<Row>, given?: readonly string[]): AsyncGenerator<string> {
  let columns = given;
  if (columns !== undefined) yield `${columns.join(',')}\r\n`;
  for await (const row of rows) {
    if (columns === undefined) {
      columns = Object.keys(row);
      yield `${columns.join(',')}\r\n`;
    }
    yield `${columns.map((name) => field(row[name])).join(',')}\r\n`;
  }
}

async function* jsonLines(rows: AsyncIterable<Row>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** What a spreadsheet would take for a formula: a text that begins like one gets an apostrophe, which shows it as text. Of the wide forms some make the plain ones. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
