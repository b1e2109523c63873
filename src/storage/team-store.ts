import { asString } from '../lib/json.ts';
import { change } from './change.ts';
import type { Database, Queries, Row, Value } from './database.ts';
import { jsonIn, someNumber, someText, textIn } from './read-row.ts';
import type { TeamStore } from './store.ts';
import { StoreConflict } from './store-errors.ts';
import type { StoredTeam } from './stored-key.ts';
import { limitsOf, textsIn } from './stored-limits.ts';
import { countValue, jsonValue, textValue } from './write-value.ts';

/** The teams in a database. */
export function teamStore(database: Database): TeamStore {
  return {
    async list() {
      return (await database.read('SELECT * FROM teams ORDER BY name')).map(teamOf);
    },
    async insert(team, beside) {
      await change(database, beside, async (tx) => {
        const rows = await tx.query(INSERT, valuesOf(team));
        if (rows.length === 0) throw new StoreConflict('taken', `there is a team ${team.name} already`);
      });
    },
    async update(team, expectedVersion, beside) {
      await change(database, beside, async (tx) => {
        await assertVersion(tx, team.name, expectedVersion);
        await tx.query(UPDATE, valuesOf(team));
      });
    },
    async delete(name, expectedVersion, beside) {
      await change(database, beside, async (tx) => {
        await assertVersion(tx, name, expectedVersion);
        await tx.query('DELETE FROM teams WHERE name = $1', [textValue(name)]);
      });
    },
  };
}

const INSERT = `INSERT INTO teams (name, parent, settings, version, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING name`;

const UPDATE = `UPDATE teams SET parent = $2, settings = $3, version = $4, created_at = $5, updated_at = $6
  WHERE name = $1`;

function valuesOf(team: StoredTeam): Value[] {
  const { label, models, rps, rpm, tpm, maxConcurrency, budgets } = team;
  return [
    textValue(team.name),
    textValue(team.parent),
    jsonValue({ label, models, rps, rpm, tpm, maxConcurrency, budgets }),
    countValue(team.version),
    countValue(team.createdAt),
    countValue(team.updatedAt),
  ];
}

function teamOf(row: Row): StoredTeam {
  const settings = jsonIn(row, 'settings');
  return {
    name: someText(row, 'name'),
    parent: textIn(row, 'parent'),
    ...limitsOf(settings),
    models: textsIn(settings, 'models'),
    label: asString(settings['label']),
    version: someNumber(row, 'version'),
    createdAt: someNumber(row, 'created_at'),
    updatedAt: someNumber(row, 'updated_at'),
  };
}

async function assertVersion(tx: Queries, name: string, expected: number | undefined): Promise<void> {
  // Written first, so that nobody changes it in between.
  const [row] = await tx.query('UPDATE teams SET version = version WHERE name = $1 RETURNING version', [
    textValue(name),
  ]);
  if (row === undefined) throw new StoreConflict('absent', `there is no team ${name}`);
  const version = someNumber(row, 'version');
  if (expected !== undefined && version !== expected)
    throw new StoreConflict('version', `the team ${name} has version ${version} by now, not ${expected}`);
}
