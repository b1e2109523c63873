import type { LogField } from './log-field.ts';
import { ERROR, TRACE, type LogLine } from './log-line.ts';

const FILES: readonly LogField[] = [
  { name: 'open_files', type: 'integer', meaning: 'How many files and connections are open.' },
  { name: 'limit', type: 'integer', meaning: 'How many may be (`ulimit -n`).' },
];

/** Lines about requests and the gateway itself. */
export const GATEWAY: readonly LogLine[] = [
  {
    level: 'warn',
    msg: 'requests with wrong keys were refused and not logged one by one',
    meaning: 'More came from an address than `server.failed_keys_per_minute`; said once a second.',
    fields: [
      {
        name: 'client_ip',
        type: 'string',
        meaning: 'The address (IPv6: its /64), or `others` for all that are not named.',
      },
      { name: 'requests', type: 'integer', meaning: 'How many.' },
    ],
  },
  {
    level: 'error',
    msg: 'the keys cannot be read from the database',
    meaning:
      'Keys and teams that were made at run time stay as they were known last; `/readyz` says `degraded`. Changes that other nodes make meanwhile do not count here.',
    fields: [
      {
        name: 'source',
        type: 'string',
        meaning:
          'What is known of them: `memory` (as they were read last), `cache` (from the copy in `data_dir`, at the start) or `none` (made keys get 503 `keys_unavailable`).',
      },
      { name: 'cause', type: 'string', meaning: 'Why.' },
    ],
  },
  {
    level: 'info',
    msg: 'the keys can be read from the database again',
    meaning: 'That is over.',
    fields: [],
  },
  {
    level: 'error',
    msg: 'the keys of the database were made with another secret',
    meaning:
      'None of them lets in here, and none can be made: the file `secret` in `data_dir` is not the one of the other nodes.',
    fields: [{ name: 'remedy', type: 'string', meaning: 'What to do.' }],
  },
  {
    level: 'warn',
    msg: 'keys of the config take the place of others',
    meaning: 'Keys that were made at run time have their names, and let nobody in as long as that is so.',
    fields: [{ name: 'keys', type: 'string', meaning: 'Their names, with their teams; ten at most.' }],
  },
  {
    level: 'warn',
    msg: 'the copy of the keys cannot be written',
    meaning: 'The gateway could not start with the keys of now while the database is away.',
    fields: [{ name: 'cause', type: 'string', meaning: 'Why.' }],
  },
  {
    level: 'error',
    msg: 'the gateway has run out of what it takes to ask backends, and blames none of them',
    meaning: 'There are no files, memory or ports left for connections.',
    fields: [
      { name: 'cause', type: 'string', meaning: "The system's word (`EMFILE`)." },
      { name: 'remedy', type: 'string', meaning: 'What to do.' },
    ],
  },
  {
    level: 'info',
    msg: 'the gateway can ask backends again',
    meaning: 'That is over.',
    fields: [],
  },
  {
    level: 'error',
    msg: 'no room for more open files: nobody is let in until some are closed',
    meaning: 'The listeners are closed until there is room.',
    fields: FILES,
  },
  {
    level: 'warn',
    msg: 'few files are left to open: new requests are refused',
    meaning: 'Idle connections are closed; new requests get 503 `overloaded_connections`.',
    fields: FILES,
  },
  { level: 'info', msg: 'there is room for open files again', meaning: 'That is over.', fields: FILES },
  {
    level: 'error',
    msg: 'a bug in the gateway: please report it',
    meaning: 'One request met it and got 500 `internal_error`; no other is harmed.',
    fields: [TRACE, ERROR],
  },
  {
    level: 'error',
    msg: 'a bug lost a record: please report it',
    meaning: 'The request itself is not harmed, but its line or its part in the metrics is missing.',
    fields: [TRACE, ERROR],
  },
  {
    level: 'debug',
    msg: 'request body',
    meaning: 'With `logging.debug_mode`: what the client sent, masked, up to 64 KiB.',
    fields: [TRACE, { name: 'body', type: 'string', meaning: 'Its text.' }],
  },
  {
    level: 'debug',
    msg: 'response body',
    meaning: 'With `logging.debug_mode`: what the client got, masked, up to 64 KiB.',
    fields: [TRACE, { name: 'body', type: 'string', meaning: 'Its text.' }],
  },
];

/** Lines about the log. */
export const LOGGING: readonly LogLine[] = [
  {
    level: 'error',
    msg: 'log files cannot be written, lines are being dropped: …',
    meaning: 'On the console alone, once until they are written again; `llm_proxy_log_lines_dropped_total` counts.',
    fields: [{ name: 'dir', type: 'string', meaning: 'The folder of the file.' }],
  },
  {
    level: 'warn',
    msg: 'log files are written again',
    meaning: 'That is over.',
    fields: [{ name: 'lost_lines', type: 'integer', meaning: 'How many lines are missing in the files.' }],
  },
  {
    level: 'warn',
    msg: 'lines are left out here: the console is slow',
    meaning: 'On the console alone: whoever reads it does not keep up. Files have these lines.',
    fields: [{ name: 'lines', type: 'integer', meaning: 'How many.' }],
  },
];
