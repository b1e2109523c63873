import type { Dialect } from '../database.ts';

/** What SQLite says in its own way. Texts are compared byte by byte, and `BEGIN IMMEDIATE` keeps all others from writing. */
export const sqliteDialect: Dialect = {
  identity: 'INTEGER PRIMARY KEY',
  bytewise: '',
  clustered: ' WITHOUT ROWID',
  shareLock: '',
  textsOf: (place) => `(SELECT value FROM json_each(${place}))`,
  numbersOf: (place) => `(SELECT value FROM json_each(${place}))`,
  lockSchema: undefined,
};
