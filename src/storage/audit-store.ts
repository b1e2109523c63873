import type { AuditEntry, AuditFilter } from './audit.ts';
import { ENTRY_COLUMNS, linkEntry, verifyChain } from './audit-chain.ts';
import type { Database, Queries, Row, Value } from './database.ts';
import { numberIn, someText, textIn } from './read-row.ts';
import type { AuditStore } from './store.ts';
import { countValue, jsonValue, textValue } from './write-value.ts';

/** The audit log in a database. */
export function auditStore(database: Database): AuditStore {
  return {
    append: async (entry) => await database.transaction(async (tx) => await appendAudit(tx, entry)),
    async page({ cursor, limit, ...filter }) {
      const { conditions, values } = conditionsOf(filter, cursor);
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const rows = await database.read(`SELECT * FROM audit ${where} ORDER BY id DESC LIMIT ${limit + 1}`, values);
      const data = rows.slice(0, limit).map(entryOf);
      const last = data.at(-1);
      return rows.length > limit && last !== undefined ? { data, next: last.id } : { data };
    },
    verify: async () => await verifyChain(database),
  };
}

/** What a page of entries is to meet, as SQL with its values. */
function conditionsOf({ actor, action, target, from, to }: AuditFilter, cursor: string | undefined) {
  const conditions: string[] = [];
  const values: Value[] = [];
  const add = (value: Value, condition: (place: string) => string): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (cursor !== undefined) add(textValue(cursor), (place) => `id < ${place}`);
  if (actor !== undefined) add(textValue(actor), (place) => `actor = ${place}`);
  // `keys` stands for all that is done to keys.
  if (action !== undefined)
    add(
      textValue(action),
      (place) => `(action = ${place} OR substr(action, 1, length(${place}) + 1) = ${place} || '.')`,
    );
  if (target !== undefined) add(textValue(target), (place) => `target = ${place}`);
  if (from !== undefined) add(from, (place) => `at >= ${place}`);
  if (to !== undefined) add(to, (place) => `at < ${place}`);
  return { conditions, values };
}

/** Writes an entry within a transaction, as the next in the chain. */
export async function appendAudit(tx: Queries, entry: AuditEntry): Promise<void> {
  const { id, at, actor, clientIp, action, target, before, after } = entry;
  const values = [
    textValue(id),
    countValue(at),
    textValue(actor),
    textValue(clientIp),
    textValue(action),
    textValue(target),
    before === undefined ? null : jsonValue(before),
    after === undefined ? null : jsonValue(after),
  ];
  const { place, hash } = await linkEntry(tx, values);
  await tx.query(
    `INSERT INTO audit (${ENTRY_COLUMNS.join(', ')}, place, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [...values, place, hash],
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
