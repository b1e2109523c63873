import { createHash } from 'node:crypto';
import type { Queries, Row, Value } from './database.ts';
import { numberIn, someNumber, someText, textIn } from './read-row.ts';

/** What came of following the chain of the audit log from its first entry to its head. */
export interface ChainReport {
  /** Entries in the chain. */
  readonly entries: number;
  /** Entries from before there was a chain: nothing proves them. */
  readonly unchained: number;
  /** The hash of the last entry; empty while there is none. Noted elsewhere, it proves the log up to there. */
  readonly head: string;
  /** Where the chain breaks first; undefined: it is whole. */
  readonly broken: ChainBreak | undefined;
}

/** An entry that is not as it was written, or is missing. */
export interface ChainBreak {
  /** The place in the chain, from 1. */
  readonly place: number;
  /** The entry that stands there; undefined: none does. */
  readonly id: string | undefined;
  readonly kind: 'missing' | 'changed' | 'added';
}

/** What an entry has in its columns, in the order in which it is hashed. */
export type EntryValues = readonly Value[];

/** The columns of an entry that its hash is about. */
export const ENTRY_COLUMNS = [
  'id',
  'at',
  'actor',
  'client_ip',
  'action',
  'target',
  'before_json',
  'after_json',
] as const;

/** A place in the chain. */
export interface ChainLink {
  readonly place: number;
  readonly hash: string;
}

/** Takes the next place in the chain for an entry, within its transaction: whoever writes another waits until this one is over. */
export async function linkEntry(tx: Queries, values: EntryValues): Promise<ChainLink> {
  const [head] = await tx.query('UPDATE audit_head SET place = place + 1 WHERE id = 1 RETURNING place, hash');
  if (head === undefined) throw new Error('the audit log has no head');
  const place = someNumber(head, 'place');
  const hash = hashOf(place, textIn(head, 'hash') ?? '', values);
  await tx.query('UPDATE audit_head SET hash = $1 WHERE id = 1', [hash]);
  return { place, hash };
}

/** So many entries are read at once. */
const PAGE = 1000;

/** Follows the chain. Entries that are written meanwhile are left to the next time: the head is read first. */
export async function verifyChain(database: Pick<Reading, 'read'>): Promise<ChainReport> {
  const [head] = await database.read(
    `SELECT place, hash, (SELECT COUNT(*) FROM audit WHERE place IS NULL) AS unchained FROM audit_head WHERE id = 1`,
  );
  const last = head === undefined ? 0 : someNumber(head, 'place');
  const headHash = head === undefined ? '' : (textIn(head, 'hash') ?? '');
  const state: Walk = { place: 0, hash: '' };
  let broken: ChainBreak | undefined;
  while (broken === undefined && state.place < last) {
    const rows = await database.read(
      `SELECT ${ENTRY_COLUMNS.join(', ')}, place, hash FROM audit WHERE place > $1 AND place <= $2 ORDER BY place LIMIT ${PAGE}`,
      [state.place, last],
    );
    if (rows.length === 0) broken = { place: state.place + 1, id: undefined, kind: 'missing' };
    for (const row of rows) broken ??= follow(state, row);
  }
  if (broken === undefined && state.hash !== headHash) broken = { place: last, id: undefined, kind: 'changed' };
  broken ??= await beyond(database, last);
  return {
    entries: last,
    unchained: head === undefined ? 0 : (numberIn(head, 'unchained') ?? 0),
    head: headHash,
    broken,
  };
}

interface Reading {
  read(text: string, values?: readonly Value[]): Promise<Row[]>;
}

interface Walk {
  place: number;
  hash: string;
}

function follow(state: Walk, row: Row): ChainBreak | undefined {
  const place = someNumber(row, 'place');
  const next = state.place + 1;
  if (place !== next) return { place: next, id: undefined, kind: 'missing' };
  const values = ENTRY_COLUMNS.map((name) => (name === 'at' ? someNumber(row, name) : (textIn(row, name) ?? null)));
  const hash = hashOf(place, state.hash, values);
  if (hash !== textIn(row, 'hash')) return { place, id: someText(row, 'id'), kind: 'changed' };
  state.place = place;
  state.hash = hash;
  return undefined;
}

/** An entry behind the head, unless the head has moved on to it meanwhile. */
async function beyond(database: Reading, last: number): Promise<ChainBreak | undefined> {
  const [row] = await database.read(
    `SELECT id, place FROM audit WHERE place > $1 AND place > (SELECT place FROM audit_head WHERE id = 1) ORDER BY place LIMIT 1`,
    [last],
  );
  return row === undefined ? undefined : { place: someNumber(row, 'place'), id: someText(row, 'id'), kind: 'added' };
}

/** As JSON, so that no value can pass for a part of another. */
function hashOf(place: number, before: string, values: EntryValues): string {
  return createHash('sha256')
    .update(JSON.stringify([place, before, ...values]))
    .digest('hex');
}
