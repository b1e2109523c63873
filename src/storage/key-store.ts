import { asObject, asString } from '../lib/json.ts';
import { change } from './change.ts';
import type { Database, Queries, Row, Value } from './database.ts';
import { jsonIn, numberIn, someNumber, someText, textIn } from './read-row.ts';
import type { KeyStore } from './store.ts';
import { StoreConflict } from './store-errors.ts';
import type { StoredKey } from './stored-key.ts';
import { limitsOf, textsIn } from './stored-limits.ts';
import { booleanValue, countValue, jsonValue, textValue, wholeValue } from './write-value.ts';

/** The keys in a database. */
export function keyStore(database: Database): KeyStore {
  return {
    async list() {
      return (await database.read('SELECT * FROM keys ORDER BY id')).map(keyOf);
    },
    async insert(key, beside) {
      await change(database, beside, async (tx) => {
        const rows = await tx.query(INSERT, valuesOf(key));
        if (rows.length === 0) throw taken(key);
      });
    },
    async update(key, expectedVersion, beside) {
      await change(database, beside, async (tx) => {
        await assertVersion(tx, key.id, expectedVersion);
        try {
          await tx.query(UPDATE, valuesOf(key));
        } catch (error) {
          throw database.isTaken(error) ? taken(key) : error;
        }
      });
    },
    async delete(id, expectedVersion, beside) {
      await change(database, beside, async (tx) => {
        await assertVersion(tx, id, expectedVersion);
        await tx.query('DELETE FROM keys WHERE id = $1', [textValue(id)]);
      });
    },
  };
}

const COLUMNS = [
  'id',
  'name',
  'team',
  'owner',
  'hash',
  'prefix',
  'generation',
  'previous_hash',
  'previous_until',
  'enabled',
  'expires_at',
  'settings',
  'version',
  'created_at',
  'updated_at',
] as const;

const INSERT = `INSERT INTO keys (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((_, at) => `$${at + 1}`).join(', ')})
  ON CONFLICT DO NOTHING RETURNING id`;

const UPDATE = `UPDATE keys SET ${COLUMNS.map((name, at) => `${name} = $${at + 1}`).join(', ')} WHERE id = $1`;

function valuesOf(key: StoredKey): Value[] {
  const { models, rps, rpm, tpm, maxConcurrency, budgets, endpoints, allowedIps, tags, logBodies } = key;
  return [
    textValue(key.id),
    textValue(key.name),
    textValue(key.team),
    textValue(key.owner),
    textValue(key.hash),
    textValue(key.prefix),
    countValue(key.generation),
    textValue(key.previous?.hash),
    wholeValue(key.previous?.until),
    booleanValue(key.enabled),
    wholeValue(key.expiresAt),
    jsonValue({ models, rps, rpm, tpm, maxConcurrency, budgets, endpoints, allowedIps, tags, logBodies }),
    countValue(key.version),
    countValue(key.createdAt),
    countValue(key.updatedAt),
  ];
}

function keyOf(row: Row): StoredKey {
  const settings = jsonIn(row, 'settings');
  const previousHash = textIn(row, 'previous_hash');
  return {
    id: someText(row, 'id'),
    name: someText(row, 'name'),
    team: textIn(row, 'team'),
    owner: textIn(row, 'owner'),
    hash: someText(row, 'hash'),
    prefix: someText(row, 'prefix'),
    generation: someNumber(row, 'generation'),
    previous: previousHash === undefined ? undefined : { hash: previousHash, until: someNumber(row, 'previous_until') },
    ...limitsOf(settings),
    models: textsIn(settings, 'models') ?? [],
    endpoints: textsIn(settings, 'endpoints'),
    allowedIps: textsIn(settings, 'allowedIps'),
    expiresAt: numberIn(row, 'expires_at'),
    enabled: someNumber(row, 'enabled') === 1,
    tags: (asObject(settings['tags']) ?? {}) as Record<string, string>,
    logBodies: asString(settings['logBodies']),
    version: someNumber(row, 'version'),
    createdAt: someNumber(row, 'created_at'),
    updatedAt: someNumber(row, 'updated_at'),
  };
}

async function assertVersion(tx: Queries, id: string, expected: number | undefined): Promise<void> {
  // Written first, so that nobody changes it in between.
  const [row] = await tx.query('UPDATE keys SET version = version WHERE id = $1 RETURNING version', [textValue(id)]);
  if (row === undefined) throw new StoreConflict('absent', `there is no key ${id}`);
  const version = someNumber(row, 'version');
  if (expected !== undefined && version !== expected)
    throw new StoreConflict('version', `the key ${id} has version ${version} by now, not ${expected}`);
}

function taken({ name, team }: StoredKey): StoreConflict {
  const where = team === undefined ? '' : ` in the team ${team}`;
  return new StoreConflict('taken', `there is a key ${name}${where} already`);
}
