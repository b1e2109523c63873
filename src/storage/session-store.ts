import type { AuditEntry } from './audit.ts';
import { appendAudit } from './audit-store.ts';
import type { Database, Queries, Row } from './database.ts';
import { jsonIn, someNumber, someText } from './read-row.ts';
import type { SessionStore } from './store.ts';
import type { SignInWay, StoredSession } from './stored-session.ts';
import { countValue, jsonValue, textValue } from './write-value.ts';

/** Sessions of the console, in a database. They are no keys: the revision that nodes watch does not count them. */
export function sessionStore(database: Database): SessionStore {
  return {
    async insert(session, { endedBefore, idleSince, most, audit }) {
      await database.transaction(async (tx) => {
        await tx.query('DELETE FROM sessions WHERE ends_at < $1 OR seen_at < $2', [
          countValue(endedBefore),
          countValue(idleSince),
        ]);
        await tx.query(
          `INSERT INTO sessions (hash, principal, way, role, actor, credential, claims, created_at, seen_at, ends_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
          valuesOf(session),
        );
        await tx.query(
          `DELETE FROM sessions WHERE principal = $1 AND hash NOT IN
            (SELECT hash FROM sessions WHERE principal = $1 ORDER BY seen_at DESC, created_at DESC LIMIT $2)`,
          [textValue(session.principal, MAX_CHARS), countValue(most)],
        );
        await appendAudit(tx, audit);
      });
    },
    async find(hash) {
      const [row] = await database.read('SELECT * FROM sessions WHERE hash = $1', [textValue(hash)]);
      return row === undefined ? undefined : sessionOf(row);
    },
    async touch(hash, at) {
      await database.transaction(
        async (tx) =>
          void (await tx.query('UPDATE sessions SET seen_at = $2 WHERE hash = $1 AND seen_at < $2', [
            textValue(hash),
            countValue(at),
          ])),
      );
    },
    end: async (hash, audit) =>
      await remove(database, audit, (tx) =>
        tx.query('DELETE FROM sessions WHERE hash = $1 RETURNING hash', [textValue(hash)]),
      ),
    endAll: async (principal, audit) =>
      await remove(database, audit, (tx) =>
        tx.query('DELETE FROM sessions WHERE principal = $1 RETURNING hash', [textValue(principal, MAX_CHARS)]),
      ),
  };
}

/** An OIDC subject has up to 255, its issuer more. */
const MAX_CHARS = 1000;

async function remove(
  database: Database,
  audit: AuditEntry | undefined,
  work: (tx: Queries) => Promise<Row[]>,
): Promise<number> {
  return await database.transaction(async (tx) => {
    const gone = await work(tx);
    if (audit !== undefined) await appendAudit(tx, audit);
    return gone.length;
  });
}

function valuesOf(session: StoredSession) {
  const { hash, principal, way, role, actor, credential, claims, createdAt, seenAt, endsAt } = session;
  return [
    textValue(hash),
    textValue(principal, MAX_CHARS),
    textValue(way),
    textValue(role),
    textValue(actor),
    textValue(credential),
    jsonValue(claims),
    countValue(createdAt),
    countValue(seenAt),
    countValue(endsAt),
  ];
}

function sessionOf(row: Row): StoredSession {
  return {
    hash: someText(row, 'hash'),
    principal: someText(row, 'principal'),
    way: someText(row, 'way') as SignInWay,
    role: someText(row, 'role'),
    actor: someText(row, 'actor'),
    credential: someText(row, 'credential'),
    claims: jsonIn(row, 'claims'),
    createdAt: someNumber(row, 'created_at'),
    seenAt: someNumber(row, 'seen_at'),
    endsAt: someNumber(row, 'ends_at'),
  };
}
