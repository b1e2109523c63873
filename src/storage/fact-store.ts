import { change } from './change.ts';
import type { Database } from './database.ts';
import { textIn } from './read-row.ts';
import type { FactStore } from './store.ts';
import { textValue } from './write-value.ts';

/** Facts of the installation, in a database. */
export function factStore(database: Database): FactStore {
  const get = async (name: string): Promise<string | undefined> => {
    const [row] = await database.read('SELECT value FROM facts WHERE name = $1', [textValue(name)]);
    return row === undefined ? undefined : textIn(row, 'value');
  };
  return {
    get,
    async setOnce(name, value) {
      const known = await get(name);
      if (known !== undefined) return known;
      await database.transaction(
        async (tx) =>
          void (await tx.query('INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [
            textValue(name),
            textValue(value, Infinity),
          ])),
      );
      return (await get(name)) ?? value;
    },
    async put(name, value, beside) {
      await change(database, beside, async (tx) => {
        await tx.query(
          'INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          [textValue(name), textValue(value, Infinity)],
        );
      });
    },
  };
}
