import type { LedgerRow, RowJson } from '../../core/ledger-row.ts';
import type { Queries, RowAppender, RowDatabase } from '../database.ts';
import { USAGE_DIMENSIONS } from '../ledger-query.ts';
import { someNumber, someText } from '../read-row.ts';
import { textValue } from '../write-value.ts';
import { dayStatements, EXCHANGE_TAG_COLUMNS, tablesOf } from './day-tables.ts';
import { dayOf, EXCHANGE_COLUMNS, exchangeValues, storedId } from './exchange-columns.ts';
import { Interned, tupleOf, type Tuple } from './interned.ts';
import { addToBudgets, addToRollups } from './roll-up.ts';
import { keptTags } from './tags.ts';
import { CHARGE_COLUMNS, chargeValues, TRY_COLUMNS, tryValues } from './try-columns.ts';

/** A row of a batch with the numbers of its dimensions and tags. */
export interface NumberedRow {
  readonly row: LedgerRow;
  /** Its place in the batch. */
  readonly place: number;
  readonly dim: number;
  readonly tags: readonly number[];
}

/** A row of a batch, and what its dimensions and tags are looked up by. */
interface BatchRow {
  readonly row: LedgerRow;
  readonly place: number;
  readonly dimensions: Tuple;
  readonly tags: readonly Tuple[];
}

/** Writes rows into the ledger: those that are new, with all that they add to, in one transaction. */
export class LedgerWriter implements RowAppender {
  readonly #dimensions = new Interned('dimensions', USAGE_DIMENSIONS);
  readonly #tags = new Interned('tags', ['key', 'value']);
  /** Days whose tables are there: they are made in a transaction of their own. */
  readonly #days = new Set<number>();

  constructor(private readonly database: RowDatabase) {}

  async append(rows: readonly RowJson[]): Promise<number[]> {
    const byDay = Map.groupBy(rows.map(batchRowOf), ({ row }) => dayOf(row));
    const days = [...byDay.keys()].toSorted((a, b) => a - b);
    for (const day of days) await this.#makeDay(day);
    const done = await this.database.transaction(async (tx) => await this.#write(tx, byDay, days));
    this.#dimensions.remember(done.dimensions);
    this.#tags.remember(done.tags);
    const added = new Set(done.added.map(({ place }) => place));
    return added.size === rows.length ? [] : [...rows.keys()].filter((place) => !added.has(place));
  }

  async #write(tx: Queries, byDay: ReadonlyMap<number, readonly BatchRow[]>, days: readonly number[]) {
    const open = await this.#openDays(tx, days);
    const rows = open.flatMap((day) => byDay.get(day) ?? []);
    const { dialect } = this.database;
    const dimensions = await this.#dimensions.idsOf(
      tx,
      dialect,
      rows.map((row) => row.dimensions),
    );
    const tags = await this.#tags.idsOf(
      tx,
      dialect,
      rows.flatMap((row) => row.tags),
    );
    const numbered = ({ row, place, dimensions: { key }, tags: own }: BatchRow): NumberedRow => ({
      row,
      place,
      dim: dimensions.get(key) ?? 0,
      tags: own.map((tag) => tags.get(tag.key) ?? 0),
    });
    const added: NumberedRow[] = [];
    for (const day of open) added.push(...(await addRows(tx, day, (byDay.get(day) ?? []).map(numbered))));
    await addToRollups(tx, added);
    await addToBudgets(tx, added);
    return { added, dimensions, tags };
  }

  /** Makes the tables of a day that has none. Rows of days that were dropped are refused later, by `#openDays`. */
  async #makeDay(day: number): Promise<void> {
    if (this.#days.has(day)) return;
    const { dialect } = this.database;
    await this.database.transaction(async (tx) => {
      if (dialect.lockSchema !== undefined) await tx.query(dialect.lockSchema);
      const known = await tx.query('SELECT day FROM ledger_days WHERE day = $1', [day]);
      if (known.length > 0 || day < (await beginOf(tx))) return;
      for (const statement of dayStatements(day, dialect)) await tx.query(statement);
      await tx.query('INSERT INTO ledger_days (day, dropped) VALUES ($1, 0)', [day]);
    });
    if (this.#days.size > MAX_DAYS) this.#days.clear();
    this.#days.add(day);
  }

  /** Those of the days that take rows; they are not dropped before the transaction has ended. */
  async #openDays(tx: Queries, days: readonly number[]): Promise<number[]> {
    const { dialect } = this.database;
    const found = await tx.query(
      `SELECT day FROM ledger_days WHERE dropped = 0 AND day IN ${dialect.numbersOf('$1')} ORDER BY day${dialect.shareLock}`,
      [JSON.stringify(days)],
    );
    return found.map((row) => someNumber(row, 'day'));
  }
}

/** So that a transaction stays short. */
export const MAX_BATCH = 1000;

/** More days than a ledger keeps: a clock went astray. */
const MAX_DAYS = 1000;

/** The first day that takes rows. */
export async function beginOf(tx: Queries): Promise<number> {
  const [row] = await tx.query(`SELECT value FROM counters WHERE name = 'ledger_begins'`);
  return row === undefined ? 0 : someNumber(row, 'value');
}

async function addRows(tx: Queries, day: number, rows: readonly NumberedRow[]): Promise<NumberedRow[]> {
  const tables = tablesOf(day);
  const returned = await tx.insert(
    {
      table: tables.exchanges,
      columns: EXCHANGE_COLUMNS,
      onConflict: 'ON CONFLICT DO NOTHING',
      returning: 'id',
    },
    rows.map(({ row, dim }) => exchangeValues(row, dim)),
  );
  const ids = new Set(returned.map((row) => someText(row, 'id')));
  // A batch may have a row twice: its first is the one that was written.
  const added = rows.filter(({ row }) => ids.delete(storedId(row.id)));
  const tries = added.flatMap(({ row }) => row.tries.map((each) => tryValues(each, storedId(row.id), day)));
  const charges = added.flatMap(({ row }) =>
    row.charges.map((charge, position) => chargeValues(charge, position, storedId(row.id), day)),
  );
  const tags = added.flatMap(({ row, tags: ids }) => ids.map((tag) => [tag, storedId(row.id), day]));
  await tx.insert({ table: tables.tries, columns: TRY_COLUMNS, onConflict: 'ON CONFLICT DO NOTHING' }, tries);
  await tx.insert({ table: tables.charges, columns: CHARGE_COLUMNS }, charges);
  await tx.insert({ table: tables.tags, columns: EXCHANGE_TAG_COLUMNS, onConflict: 'ON CONFLICT DO NOTHING' }, tags);
  return added;
}

function batchRowOf(json: RowJson, place: number): BatchRow {
  const row = JSON.parse(json) as LedgerRow;
  const tags = Object.entries(keptTags(row.tags)).map((tag) => tupleOf(tag));
  return { row, place, dimensions: tupleOf(dimensionsOf(row)), tags };
}

/**
 * In the order of USAGE_DIMENSIONS. The alias is the configured one: what clients name is without number. Rows without the
 * id of a key have the same number as before there were any.
 */
function dimensionsOf({ caller, team, owner, aliasLabel, backend, model, keyId }: LedgerRow): (string | null)[] {
  const named = [caller, team, owner, aliasLabel, backend, model].map((text) => textValue(text));
  return keyId === undefined ? named : [...named, textValue(keyId)];
}
