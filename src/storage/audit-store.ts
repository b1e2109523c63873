import type { AuditEntry } from './audit.ts';
import type { Database, Queries, Row } from './database.ts';
import { numberIn, someText, textIn } from './read-row.ts';
import type { AuditStore } from './store.ts';
import { countValue, jsonValue, textValue } from './write-value.ts';

/** The audit log in a database. */
export function auditStore(database: Database): AuditStore {
  return {
    append: async (entry) => await database.transaction(async (tx) => await appendAudit(tx, entry)),
    async page({ cursor, limit }) {
      const rows = await database.read(
        'SELECT * FROM audit WHERE CAST($1 AS TEXT) IS NULL OR id < $1 ORDER BY id DESC LIMIT $2',
        [cursor === undefined ? null : textValue(cursor), limit + 1],
      );
      const data = rows.slice(0, limit).map(entryOf);
      const last = data.at(-1);
      return rows.length > limit && last !== undefined ? { data, next: last.id } : { data };
    },
  };
}

/** Writes an entry within a transaction. */
export async function appendAudit(tx: Queries, entry: AuditEntry): Promise<void> {
  const { id, at, actor, clientIp, action, target, before, after } = entry;
  await tx.query(
    `INSERT INTO audit (id, at, actor, client_ip, action, target, before_json, after_json)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      textValue(id),
      countValue(at),
      textValue(actor),
      textValue(clientIp),
      textValue(action),
      textValue(target),
      before === undefined ? null : jsonValue(before),
      after === undefined ? null : jsonValue(after),
    ],
  );
}

function entryOf(row: Row): AuditEntry {
  return {
    id: someText(row, 'id'),
    at: numberIn(row, 'at') ?? 0,
    actor: someText(row, 'actor'),
    clientIp: textIn(row, 'client_ip'),
    action: someText(row, 'action'),
    target: someText(row, 'target'),
    before: parsed(textIn(row, 'before_json')),
    after: parsed(textIn(row, 'after_json')),
  };
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
