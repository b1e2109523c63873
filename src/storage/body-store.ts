import type { Column, Database, PartitionTable, Queries, Row } from './database.ts';
import { DAY_MS } from './ledger/hours.ts';
import { despiteDrops } from './ledger/open-days.ts';
import { someNumber, someText } from './read-row.ts';
import type { BodyStore } from './store.ts';
import type { StoredBodies } from './stored-bodies.ts';
import { countValue, textValue } from './write-value.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'TEXT' },
  { name: 'day', type: 'BIGINT' },
  { name: 'started_at', type: 'BIGINT' },
  { name: 'form', type: 'TEXT' },
  { name: 'document', type: 'TEXT' },
];

/** The bodies of exchanges in a database. */
export function bodyStore(database: Database): BodyStore {
  return {
    async append(bodies) {
      const byDay = Map.groupBy(bodies, dayOf);
      const days = [...byDay.keys()].toSorted((a, b) => a - b);
      for (const day of days) await makeDay(database, day);
      return await database.transaction(async (tx) => {
        let added = 0;
        for (const day of await openDays(tx, database, days)) added += await insert(tx, day, byDay.get(day) ?? []);
        return added;
      });
    },
    one: async (id) => await despiteDrops(database, async () => await one(database, id)),
    dropDaysBefore: async (day) => await dropDaysBefore(database, day),
  };
}

function dayOf({ startedAt }: Pick<StoredBodies, 'startedAt'>): number {
  return Math.floor(countValue(startedAt) / DAY_MS);
}

/** The table of a day. Its name is made of a number, so it may stand in a query. */
function tableOf(day: number): PartitionTable {
  return { parent: 'bodies', name: `bodies_${Math.trunc(day)}` };
}

async function makeDay(database: Database, day: number): Promise<void> {
  const { dialect } = database;
  const known = 'SELECT day FROM body_days WHERE day = $1';
  if ((await database.read(known, [day])).length > 0) return;
  const table = tableOf(day);
  const columns = COLUMNS.map(({ name, type }) => `${name} ${type}${type === 'TEXT' ? dialect.bytewise : ''}`);
  await database.transaction(async (tx) => {
    if (dialect.lockSchema !== undefined) await tx.query(dialect.lockSchema);
    if ((await tx.query(known, [day])).length > 0) return;
    const all = dialect.columnsOf?.(table.parent) ?? columns.join(', ');
    await tx.query(`CREATE TABLE ${table.name} (${all}, PRIMARY KEY (id))`);
    const attach = dialect.attach?.(table, day);
    if (attach !== undefined) await tx.query(attach);
    await tx.query('INSERT INTO body_days (day, dropped) VALUES ($1, 0)', [day]);
  });
}

/** Those of the days that take bodies; they are not dropped before the transaction has ended. */
async function openDays(tx: Queries, { dialect }: Database, days: readonly number[]): Promise<number[]> {
  const found = await tx.query(
    `SELECT day FROM body_days WHERE dropped = 0 AND day IN ${dialect.numbersOf('$1')} ORDER BY day${dialect.shareLock}`,
    [JSON.stringify(days)],
  );
  return found.map((row) => someNumber(row, 'day'));
}

async function insert(tx: Queries, day: number, bodies: readonly StoredBodies[]): Promise<number> {
  const names = COLUMNS.map(({ name }) => name);
  // Each by itself: bodies are few and large.
  const statement = `INSERT INTO ${tableOf(day).name} (${names.join(', ')})
    VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')}) ON CONFLICT DO NOTHING RETURNING id`;
  let added = 0;
  for (const { id, startedAt, form, document } of bodies) {
    const values = [textValue(id), day, countValue(startedAt), textValue(form), textValue(document, Infinity)];
    added += (await tx.query(statement, values)).length;
  }
  return added;
}

/** The id tells the day. */
async function one(database: Database, id: string): Promise<StoredBodies | undefined> {
  const day = Math.floor(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) / DAY_MS);
  if (Number.isNaN(day)) return undefined;
  const open = await database.read('SELECT day FROM body_days WHERE dropped = 0 AND day = $1', [day]);
  if (open.length === 0) return undefined;
  const [row] = await database.read(`SELECT * FROM ${tableOf(day).name} WHERE id = $1`, [textValue(id)]);
  return row && storedIn(row);
}

function storedIn(row: Row): StoredBodies {
  return {
    id: someText(row, 'id'),
    startedAt: someNumber(row, 'started_at'),
    form: someText(row, 'form'),
    document: someText(row, 'document'),
  };
}

/** As in the ledger: out of sight in a moment, then for good. What a crash left half done, the next call ends. */
async function dropDaysBefore(database: Database, day: number): Promise<number[]> {
  const gone = await database.transaction(
    async (tx) =>
      await tx.query('UPDATE body_days SET dropped = 1 WHERE day < $1 AND dropped = 0 RETURNING day', [
        Math.trunc(day),
      ]),
  );
  for (const row of await database.read('SELECT day FROM body_days WHERE dropped = 1 ORDER BY day')) {
    const each = someNumber(row, 'day');
    await database.dropTables([tableOf(each)]);
    await database.transaction(
      async (tx) => void (await tx.query('UPDATE body_days SET dropped = 2 WHERE day = $1', [each])),
    );
  }
  return gone.map((row) => someNumber(row, 'day')).toSorted((a, b) => a - b);
}
