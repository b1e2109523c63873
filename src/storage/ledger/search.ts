import type { LedgerCharge, LedgerRow, LedgerTry } from '../../core/ledger-row.ts';
import type { Database, Row } from '../database.ts';
import type { SearchCursor, SearchPage, SearchQuery } from '../ledger-query.ts';
import { DIMENSIONS } from '../ledger-query.ts';
import { someNumber, someText } from '../read-row.ts';
import { countValue, jsonValue, textValue } from '../write-value.ts';
import { addDimensions, Conditions, hasDimensions } from './conditions.ts';
import { cursorAt, placeOf } from './cursor.ts';
import { BROKEN, FAILED, FAILED_OVER, tablesOf, UNPRICED } from './day-tables.ts';
import { EXCHANGE_COLUMNS, exchangeIn, storedId } from './exchange-columns.ts';
import { DAY_MS } from './hours.ts';
import { openDays } from './open-days.ts';
import { chargeIn, tryIn } from './try-columns.ts';

/** The most days that one statement looks into: each is a part of it. */
const MAX_DAYS_AT_ONCE = 32;

/** What no index finds is looked for so long, by days; whoever asks may go on where it ended. */
const LONGEST_SCAN_MS = 100;
/** Byte by byte, every id comes before it. */
const AFTER_ALL_IDS = '~';

/** A page of rows, the newest first. Days are looked into from the last, one, then two, then four at once. */
export async function search(database: Database, query: SearchQuery, cursor?: SearchCursor): Promise<SearchPage> {
  const from = cursor === undefined ? undefined : placeOf(cursor);
  const numbers = await numbersOf(database, query);
  if (numbers === undefined) return { rows: [], next: undefined };
  const days = (await openDays(database)).filter((day) => isIn(day, query, from?.day)).toReversed();
  const found: Row[] = [];
  const limit = Math.max(1, Math.trunc(query.limit));
  const most = isScan(query) ? 1 : MAX_DAYS_AT_ONCE;
  const until = performance.now() + LONGEST_SCAN_MS;
  for (
    let at = 0, count = 1;
    at < days.length && found.length <= limit;
    at += count, count = Math.min(count * 2, most)
  ) {
    const conditions = new Conditions();
    const parts = days
      .slice(at, at + count)
      .map((day) => ofDay(day, query, { conditions, numbers, from, limit, database }));
    const rows = await database.read(parts.join(' UNION ALL '), conditions.values);
    found.push(...rows.toSorted(newestFirst));
    const nextDay = days[at + count];
    if (most === 1 && found.length <= limit && nextDay !== undefined && performance.now() > until)
      return { rows: await whole(database, found.slice(0, limit)), next: cursorAt(nextDay, AFTER_ALL_IDS) };
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next =
    found.length > limit && last !== undefined ? cursorAt(someNumber(last, 'day'), someText(last, 'id')) : undefined;
  return { rows: await whole(database, page), next };
}

/** One row by its id, which tells the day in most cases: it is looked for there first. */
export async function one(database: Database, id: string): Promise<LedgerRow | undefined> {
  const days = await openDays(database);
  const likely = Math.floor(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) / DAY_MS);
  const isNear = (day: number): boolean => Math.abs(day - likely) <= 1;
  for (const some of [days.filter(isNear), ...inParts(days.filter((day) => !isNear(day)).toReversed())]) {
    if (some.length === 0) continue;
    const parts = some.map((day) => `${SELECT} ${tablesOf(day).exchanges} e ${WITH_DIMENSIONS} WHERE e.id = $1`);
    const rows = await database.read(parts.join(' UNION ALL '), [storedId(id)]);
    if (rows.length > 0) return (await whole(database, rows))[0];
  }
  return undefined;
}

/** By their names: tables of days may have columns that a later version has added, in any order. */
const COLUMNS = [
  ...EXCHANGE_COLUMNS.map(({ name }) => `e.${name}`),
  ...DIMENSIONS.map((dimension) => `d.${dimension}`),
];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM`;
const WITH_DIMENSIONS = 'JOIN dimensions d ON d.id = e.dim';

/** What a query's dimensions and tag are numbered as. */
interface Numbers {
  readonly dims: string | undefined;
  readonly tag: number | undefined;
}

interface Search {
  readonly conditions: Conditions;
  readonly numbers: Numbers;
  readonly from: { readonly day: number; readonly id: string } | undefined;
  readonly limit: number;
  readonly database: Database;
}

/** Undefined: no row has such dimensions, or such a tag. */
async function numbersOf(database: Database, query: SearchQuery): Promise<Numbers | undefined> {
  const { tag } = query;
  let [dims, tagId]: [string | undefined, number | undefined] = [undefined, undefined];
  if (hasDimensions(query)) {
    const conditions = new Conditions();
    addDimensions(conditions, query, { table: 'd', dialect: database.dialect });
    const rows = await database.read(`SELECT d.id FROM dimensions d WHERE ${conditions.text}`, conditions.values);
    if (rows.length === 0) return undefined;
    dims = jsonValue(rows.map((row) => someNumber(row, 'id')));
  }
  if (tag !== undefined) {
    const values = [textValue(tag.key), textValue(tag.value)];
    const [row] = await database.read('SELECT id FROM tags WHERE key = $1 AND value = $2', values);
    if (row === undefined) return undefined;
    tagId = someNumber(row, 'id');
  }
  return { dims, tag: tagId };
}

/** First the ids, which indices have, then the rows of those few. */
function ofDay(day: number, query: SearchQuery, { conditions: all, numbers, from, limit, database }: Search): string {
  const tables = tablesOf(day);
  const own = all.more();
  addConditions(own, day, query);
  if (numbers.dims !== undefined) own.add(`dim IN ${database.dialect.numbersOf(own.value(numbers.dims))}`);
  if (numbers.tag !== undefined)
    own.add(`id IN (SELECT exchange FROM ${tables.tags} WHERE tag = ${own.value(numbers.tag)})`);
  if (from?.day === day) own.add(`id < ${own.value(from.id)}`);
  const ids = `SELECT id FROM ${tables.exchanges} WHERE ${own.text} ORDER BY id DESC LIMIT ${own.value(limit + 1)}`;
  return `${SELECT} (${ids}) AS found JOIN ${tables.exchanges} e ON e.id = found.id ${WITH_DIMENSIONS}`;
}

function addConditions(to: Conditions, day: number, query: SearchQuery): void {
  const { from, to: end, status, unpriced } = query;
  if (from !== undefined && from > day * DAY_MS) to.add(`started_at >= ${to.value(countValue(Math.ceil(from)))}`);
  if (end !== undefined && end < (day + 1) * DAY_MS) to.add(`started_at < ${to.value(countValue(Math.ceil(end)))}`);
  if (status !== undefined) {
    if (status[0] >= 400) to.add(FAILED);
    to.add(`status >= ${to.value(countValue(status[0]))} AND status <= ${to.value(countValue(status[1]))}`);
  }
  if (unpriced === true) to.add(UNPRICED);
  if (unpriced === false) to.add('unpriced = 0');
  if (query.failed === true) to.add(`(${FAILED} OR ${BROKEN})`);
  if (query.failedOver === true) to.add(FAILED_OVER);
  if (query.stream !== undefined) to.add(`stream = ${query.stream ? 1 : 0}`);
  if (query.failure !== undefined)
    to.add(
      `id IN (SELECT exchange FROM ${tablesOf(day).tries} WHERE failure = ${to.value(textValue(query.failure))} AND failure IS NOT NULL)`,
    );
  const least = { nano_usd: query.minNanoUsd, duration_ms: query.minDurationMs, ttft_ms: query.minTtftMs };
  for (const [column, number] of Object.entries(least)) {
    if (number !== undefined) to.add(`${column} >= ${to.value(countValue(number))}`);
  }
  const texts = {
    error_code: query.errorCode,
    key_id: query.keyId,
    end_user: query.endUser,
    session: query.session,
    trace_id: query.traceId,
  };
  for (const [column, text] of Object.entries(texts)) {
    if (text !== undefined) to.add(`${column} = ${to.value(textValue(text))}`);
  }
}

/** Whether it may have to look at every row. */
function isScan({ stream, minNanoUsd, minDurationMs, minTtftMs }: SearchQuery): boolean {
  return stream !== undefined || minNanoUsd !== undefined || minDurationMs !== undefined || minTtftMs !== undefined;
}

function isIn(day: number, { from, to }: SearchQuery, last: number | undefined): boolean {
  const isEarly = from !== undefined && (day + 1) * DAY_MS <= from;
  const isLate = (to !== undefined && day * DAY_MS >= to) || (last !== undefined && day > last);
  return !isEarly && !isLate;
}

/** The rows with their attempts and charges, in their order. */
async function whole(database: Database, rows: readonly Row[]): Promise<LedgerRow[]> {
  const tries = new Map<string, LedgerTry[]>();
  const charges = new Map<string, LedgerCharge[]>();
  for (const [day, some] of Map.groupBy(rows, (row) => someNumber(row, 'day'))) {
    const ids = [jsonValue(some.map((row) => someText(row, 'id')))];
    const tables = tablesOf(day);
    const of = (table: string): string =>
      `SELECT * FROM ${table} WHERE exchange IN ${database.dialect.textsOf('$1')} ORDER BY exchange, position`;
    for (const row of await database.read(of(tables.tries), ids)) push(tries, row, tryIn(row));
    for (const row of await database.read(of(tables.charges), ids)) push(charges, row, chargeIn(row));
  }
  return rows.map((row) => {
    const id = someText(row, 'id');
    return exchangeIn(row, tries.get(id) ?? [], charges.get(id) ?? []);
  });
}

function push<T>(to: Map<string, T[]>, row: Row, value: T): void {
  const id = someText(row, 'exchange');
  const list = to.get(id);
  if (list === undefined) to.set(id, [value]);
  else list.push(value);
}

function newestFirst(a: Row, b: Row): number {
  return someNumber(b, 'day') - someNumber(a, 'day') || (someText(a, 'id') < someText(b, 'id') ? 1 : -1);
}

function inParts(days: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at < days.length; at += MAX_DAYS_AT_ONCE) parts.push(days.slice(at, at + MAX_DAYS_AT_ONCE));
  return parts;
}
