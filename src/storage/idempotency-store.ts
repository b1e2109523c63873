import { ANSWER_KEPT_MS, type IdempotentAnswer } from './audit.ts';
import type { Database, Queries, Row } from './database.ts';
import { someNumber, someText } from './read-row.ts';
import type { IdempotencyStore } from './store.ts';
import { countValue, textValue } from './write-value.ts';

/** Longer than any answer of the admin API. */
const MAX_BODY_CHARS = 10_000_000;

/** Answers to repeatable requests, in a database. */
export function idempotencyStore(database: Database): IdempotencyStore {
  return {
    async recall(key) {
      const [row] = await database.read('SELECT * FROM idempotency WHERE key = $1', [textValue(key)]);
      return row === undefined ? undefined : answerOf(row);
    },
  };
}

/** Writes an answer within a transaction, and forgets those that are older than a day; resolves to false, and changes nothing, if there is one for its key. */
export async function insertAnswer(tx: Queries, answer: IdempotentAnswer): Promise<boolean> {
  await tx.query('DELETE FROM idempotency WHERE at < $1', [countValue(answer.at - ANSWER_KEPT_MS)]);
  const rows = await tx.query(
    `INSERT INTO idempotency (key, fingerprint, status, body, at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (key) DO NOTHING RETURNING key`,
    [
      textValue(answer.key),
      textValue(answer.fingerprint),
      countValue(answer.status),
      textValue(answer.body, MAX_BODY_CHARS),
      countValue(answer.at),
    ],
  );
  return rows.length > 0;
}

function answerOf(row: Row): IdempotentAnswer {
  return {
    key: someText(row, 'key'),
    fingerprint: someText(row, 'fingerprint'),
    status: someNumber(row, 'status'),
    body: someText(row, 'body'),
    at: someNumber(row, 'at'),
  };
}
