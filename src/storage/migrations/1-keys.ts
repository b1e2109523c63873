import type { Dialect } from '../database.ts';
import type { Migration } from './migration.ts';

/** Keys, teams, and what belongs to changing them. Booleans are 0 and 1, JSON is text: so all databases have the same types. */
export const keys: Migration = {
  version: 1,
  name: 'keys, teams, audit',
  statements: (dialect) => [
    `CREATE TABLE facts (
      name TEXT${dialect.bytewise} PRIMARY KEY NOT NULL,
      value TEXT NOT NULL
    )`,
    `CREATE TABLE counters (
      name TEXT${dialect.bytewise} PRIMARY KEY NOT NULL,
      value BIGINT NOT NULL
    )`,
    `INSERT INTO counters (name, value) VALUES ('revision', 0)`,
    `CREATE TABLE keys (
      id TEXT${dialect.bytewise} PRIMARY KEY NOT NULL,
      name TEXT${dialect.bytewise} NOT NULL,
      team TEXT${dialect.bytewise},
      owner TEXT${dialect.bytewise},
      hash TEXT${dialect.bytewise} NOT NULL UNIQUE,
      prefix TEXT NOT NULL,
      generation BIGINT NOT NULL,
      previous_hash TEXT${dialect.bytewise},
      previous_until BIGINT,
      enabled BIGINT NOT NULL,
      expires_at BIGINT,
      settings TEXT NOT NULL,
      version BIGINT NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL
    )`,
    // Without a team, names are unique as well; NULL would be different from NULL.
    `CREATE UNIQUE INDEX keys_by_name ON keys (COALESCE(team, ''), name)`,
    `CREATE TABLE teams (
      name TEXT${dialect.bytewise} PRIMARY KEY NOT NULL,
      parent TEXT${dialect.bytewise},
      settings TEXT NOT NULL,
      version BIGINT NOT NULL,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL
    )`,
    ...besideChanges(dialect),
  ],
};

/** What is written with a change, and what is told once. */
function besideChanges({ bytewise, clustered }: Dialect): string[] {
  return [
    `CREATE TABLE audit (
      id TEXT${bytewise} PRIMARY KEY NOT NULL,
      at BIGINT NOT NULL,
      actor TEXT NOT NULL,
      client_ip TEXT,
      action TEXT NOT NULL,
      target TEXT NOT NULL,
      before_json TEXT,
      after_json TEXT
    )`,
    `CREATE TABLE idempotency (
      key TEXT${bytewise} PRIMARY KEY NOT NULL,
      fingerprint TEXT NOT NULL,
      status BIGINT NOT NULL,
      body TEXT NOT NULL,
      at BIGINT NOT NULL
    )`,
    `CREATE INDEX idempotency_by_time ON idempotency (at)`,
    `CREATE TABLE budget_alerts (
      budget TEXT${bytewise} NOT NULL,
      window_start BIGINT NOT NULL,
      threshold DOUBLE PRECISION NOT NULL,
      at BIGINT NOT NULL,
      PRIMARY KEY (budget, window_start, threshold)
    )${clustered}`,
  ];
}
