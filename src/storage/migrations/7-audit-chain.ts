import type { Migration } from './migration.ts';

/**
 * Entries of the audit log are chained: each has its place and a hash over itself and the hash before it. The head of the chain
 * is a row of its own, so that an entry cut off at the end is missed as well. Entries from before have neither.
 */
export const auditChain: Migration = {
  version: 7,
  name: 'audit chain',
  statements: ({ bytewise }) => [
    `ALTER TABLE audit ADD COLUMN place BIGINT`,
    `ALTER TABLE audit ADD COLUMN hash TEXT${bytewise}`,
    `CREATE UNIQUE INDEX audit_by_place ON audit (place)`,
    `CREATE TABLE audit_head (
      id BIGINT PRIMARY KEY NOT NULL,
      place BIGINT NOT NULL,
      hash TEXT${bytewise} NOT NULL
    )`,
    `INSERT INTO audit_head (id, place, hash) VALUES (1, 0, '')`,
  ],
};
