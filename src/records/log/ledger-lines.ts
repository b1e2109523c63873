import type { LogField } from './log-field.ts';
import { ERROR, TRACE, type LogLine } from './log-line.ts';

const SEGMENT: LogField = { name: 'segment', type: 'string', meaning: 'The file of the journal.' };
const DIR: LogField = {
  name: 'dir',
  type: 'string',
  meaning: 'The folder of the journal.',
  absentWhen: 'there is no `data_dir`',
};
const CAUSE: LogField = { name: 'cause', type: 'string', meaning: 'What the database or the file system says.' };
const FILE: LogField = {
  name: 'file',
  type: 'string',
  meaning: 'Where what cannot be shipped is kept for people.',
  absentWhen: 'it could not be kept either',
};

const DROPPED: readonly LogField[] = [
  { name: 'days', type: 'integer', meaning: 'How many.' },
  { name: 'first', type: 'string', meaning: 'The first of them.' },
  { name: 'last', type: 'string', meaning: 'The last of them.' },
];

/** Lines about the ledger. */
export const LEDGER: readonly LogLine[] = [
  {
    level: 'error',
    msg: 'the store takes no rows of the ledger: they wait in the journal',
    meaning: 'The database cannot be used; requests are served all the same. Said once until it can be.',
    fields: [CAUSE],
  },
  {
    level: 'error',
    msg: 'what was spent of budgets cannot be read from the database: they begin with what the journal has',
    meaning: 'The database cannot be used at the start. As soon as it can be, the rest is counted as well.',
    fields: [CAUSE],
  },
  {
    level: 'info',
    msg: 'what was spent of budgets could be read from the database',
    meaning: 'That is over: budgets have all that was spent of them before the start.',
    fields: [],
  },
  { level: 'info', msg: 'the store takes rows of the ledger again', meaning: 'That is over.', fields: [] },
  {
    level: 'error',
    msg: 'the store takes no bodies of requests: they wait in memory',
    meaning:
      'The database cannot be used. Bodies (`log_bodies`) wait in memory as far as there is room, others are left out and counted. Said once until it can be.',
    fields: [CAUSE],
  },
  { level: 'info', msg: 'the store takes bodies of requests again', meaning: 'That is over.', fields: [] },
  {
    level: 'error',
    msg: 'bodies of a request could not be kept',
    meaning:
      'The database refuses them, or this is a bug. Said for the first; `llm_proxy_ledger_bodies_lost_total` counts all.',
    fields: [ERROR],
  },
  {
    level: 'error',
    msg: 'bodies of requests are lost',
    meaning: 'The gateway has ended while the database could not be used, and nothing else keeps bodies.',
    fields: [{ name: 'requests', type: 'integer', meaning: 'Of how many requests.' }],
  },
  {
    level: 'info',
    msg: 'old days of kept bodies were dropped',
    meaning: 'They were older than `ledger.keep_bodies_days`.',
    fields: DROPPED,
  },
  {
    level: 'error',
    msg: 'old days of kept bodies cannot be dropped',
    meaning: 'It is tried again in an hour.',
    fields: [CAUSE],
  },
  {
    level: 'error',
    msg: 'the journal of the ledger cannot be written: rows wait in memory',
    meaning:
      'A full or read-only disk, or another process that uses the folder. Rows go to the database from memory, where up to 10,000 may wait. Said once until it is written again.',
    fields: [DIR, CAUSE],
  },
  { level: 'info', msg: 'the journal of the ledger is written again', meaning: 'That is over.', fields: [DIR] },
  {
    level: 'error',
    msg: 'the ledger is full: rows are being dropped',
    meaning: 'The journal has reached `ledger.max_journal_mb`, and `ledger.on_full` is `drop`.',
    fields: [DIR],
  },
  {
    level: 'error',
    msg: 'the ledger is full: new requests are refused',
    meaning: 'The journal has reached `ledger.max_journal_mb`, and `ledger.on_full` is `refuse`.',
    fields: [DIR],
  },
  {
    level: 'error',
    msg: 'a row of the ledger could not be made',
    meaning:
      'A bug of the gateway: please report it. The request was served; it has no row. Said for the first, all count as dropped.',
    fields: [TRACE, ERROR],
  },
  {
    level: 'error',
    msg: 'rows of the ledger are lost',
    meaning: 'The process ends, and neither the journal nor the database has taken the rows that were in memory.',
    fields: [{ name: 'rows', type: 'integer', meaning: 'How many.' }],
  },
  {
    level: 'info',
    msg: 'the ledger has room again',
    meaning: 'That is over.',
    fields: [{ name: 'lost_rows', type: 'integer', meaning: 'How many rows were dropped.' }],
  },
  {
    level: 'error',
    msg: 'the store refuses a row of the ledger, which is set aside',
    meaning: 'The database does not take this row, whatever stands beside it; all others are shipped.',
    fields: [TRACE, { name: 'row', type: 'string', meaning: 'The id of the row.' }, CAUSE, FILE],
  },
  {
    level: 'error',
    msg: 'the journal of the ledger is damaged',
    meaning: 'Its disk, or somebody, has changed bytes of it. All rows that are not hit are shipped.',
    fields: [
      SEGMENT,
      { name: 'offset', type: 'integer', meaning: 'The first byte that is damaged.' },
      { name: 'places', type: 'integer', meaning: 'How many places are damaged.' },
      { name: 'lost', type: 'integer', meaning: 'At how many of them a row could not be read.' },
      FILE,
    ],
  },
  {
    level: 'warn',
    msg: 'the journal of the ledger ends with a row that was not written to its end',
    meaning: 'The process before this one, or the machine, was stopped while it wrote.',
    fields: [SEGMENT, { name: 'bytes', type: 'integer', unit: 'bytes', meaning: 'How much of it there is.' }],
  },
  {
    level: 'error',
    msg: 'the journal of the ledger has a segment of a later version, which is left alone',
    meaning: 'A later version of llm-proxy has written it: start that one to ship it.',
    fields: [SEGMENT],
  },
  {
    level: 'info',
    msg: 'old days of the ledger were dropped',
    meaning: 'They were older than `ledger.keep_days`.',
    fields: DROPPED,
  },
  {
    level: 'error',
    msg: 'old days of the ledger cannot be dropped',
    meaning: 'It is tried again in an hour.',
    fields: [CAUSE],
  },
];
