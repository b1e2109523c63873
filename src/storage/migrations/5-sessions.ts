import type { Migration } from './migration.ts';

/** Who is signed in to the console. A session is known by the hash of its id alone. */
export const sessions: Migration = {
  version: 5,
  name: 'sessions',
  statements: ({ bytewise }) => [
    `CREATE TABLE sessions (
      hash TEXT${bytewise} PRIMARY KEY NOT NULL,
      principal TEXT${bytewise} NOT NULL,
      way TEXT NOT NULL,
      role TEXT NOT NULL,
      actor TEXT NOT NULL,
      credential TEXT NOT NULL,
      claims TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      seen_at BIGINT NOT NULL,
      ends_at BIGINT NOT NULL
    )`,
    `CREATE INDEX sessions_by_principal ON sessions (principal)`,
    `CREATE INDEX sessions_by_end ON sessions (ends_at)`,
  ],
};
