import type { LogField } from './log-field.ts';
import type { Level } from './request-line.ts';

/** A general line, which is any but that of a request. Operators may alert on it: level and message stay as they are. */
export interface LogLine {
  readonly level: Level;
  /** Where it ends in `…`, the rest differs from line to line. */
  readonly msg: string;
  /** When it is written, and what it means for whoever runs the gateway. */
  readonly meaning: string;
  /** Besides `level`, `ts` and `msg`. */
  readonly fields: readonly LogField[];
}

const TRACE: LogField = { name: 'trace_id', type: 'string', meaning: 'The trace ID of the request.' };
const ERROR: LogField = {
  name: 'err',
  type: 'object',
  meaning: 'The error: `name`, `message` and `stack`.',
};
const BACKEND: LogField = { name: 'backend', type: 'string', meaning: 'The backend, as the config names it.' };
const SIGNAL: LogField = { name: 'signal', type: 'string', meaning: 'The signal, `SIGTERM` or `SIGINT`.' };
const WHY: LogField = {
  name: 'why',
  type: 'string',
  meaning: 'Who asked for the reload: `a file changed`, `SIGHUP` or `asked by POST /admin/reload`.',
};

/** What of a backend a line is about. */
const OPERATION: readonly LogField[] = [
  BACKEND,
  { name: 'model', type: 'string', meaning: 'The model, as it is sent to the backend.' },
  {
    name: 'operation',
    type: 'string',
    meaning: 'What is asked of the model: the dialect and `generate`, or the path (`/embeddings`).',
  },
];

const FILES: readonly LogField[] = [
  { name: 'open_files', type: 'integer', meaning: 'How many files and connections are open.' },
  { name: 'limit', type: 'integer', meaning: 'How many may be (`ulimit -n`).' },
];

const LAST_LINE: readonly LogField[] = [
  { name: 'limit_ms', type: 'number', unit: 'ms', meaning: 'The limit that was passed.' },
  {
    name: 'main_thread',
    type: 'string',
    meaning: '`busy` (it computes), `waiting` (for the system) or `unknown`.',
  },
];

const START: readonly LogLine[] = [
  {
    level: 'info',
    msg: 'started',
    meaning: 'The gateway takes requests.',
    fields: [
      { name: 'version', type: 'string', meaning: 'The version of llm-proxy.' },
      { name: 'address', type: 'string', meaning: 'Where it listens, as `listen` has it, with the port that it got.' },
      {
        name: 'config',
        type: 'string',
        meaning: 'The config file.',
        nullWhen: 'there is none, and the demo and the keys of the environment are served',
      },
      { name: 'backends', type: 'integer', meaning: 'How many backends are enabled.' },
      { name: 'aliases', type: 'integer', meaning: 'How many model aliases are enabled.' },
      { name: 'pid', type: 'integer', meaning: 'The id of the process.' },
    ],
  },
  {
    level: 'error',
    msg: 'the config is invalid, the gateway does not start: …',
    meaning:
      'One line for each problem, before the process ends with code 1. On the console alone, and only where `logging.console_format` is `json` and could be read; otherwise the problems are printed as `llm-proxy check` prints them.',
    fields: [
      { name: 'file', type: 'string', meaning: 'The file that the problem is in.' },
      { name: 'line', type: 'integer', meaning: 'Its line, from 1; 0 where the file as a whole is meant.' },
      { name: 'column', type: 'integer', meaning: 'Its column, from 1; 0 where the file as a whole is meant.' },
      { name: 'key', type: 'string', meaning: 'The key (`backends[1].url`); empty where none is meant.' },
    ],
  },
  {
    level: 'error',
    msg: 'the gateway does not start: …',
    meaning: 'It cannot listen: the address is taken, or is none of this machine. The process ends with code 1.',
    fields: [],
  },
  {
    level: 'warn',
    msg: 'config warning: …',
    meaning: 'Something in the config or a prompt file is probably a mistake; `llm-proxy check` reports it, too.',
    fields: [],
  },
  {
    level: 'warn',
    msg: 'environment warning: …',
    meaning: 'A variable of the environment weakens the gateway, or shows what it is to keep.',
    fields: [],
  },
  {
    level: 'warn',
    msg: 'runtime warning: …',
    meaning: 'The runtime (Bun) warns of something.',
    fields: [],
  },
  {
    level: 'error',
    msg: 'there is no watchdog',
    meaning: 'Its thread did not start or has failed; the gateway goes on without (`server.watchdog`).',
    fields: [{ name: 'reason', type: 'string', meaning: 'What the runtime says.' }],
  },
];

const RELOAD: readonly LogLine[] = [
  {
    level: 'info',
    msg: 'config reloaded',
    meaning: 'A new config is in force.',
    fields: [
      WHY,
      { name: 'file', type: 'string', meaning: 'The config file.' },
      { name: 'changes', type: 'integer', meaning: 'How many keys and prompt files differ; a line for each follows.' },
    ],
  },
  {
    level: 'info',
    msg: 'config: …',
    meaning: 'One change of a reload: a key with its old and new value, secrets hidden, or a prompt file.',
    fields: [],
  },
  {
    level: 'info',
    msg: 'listening',
    meaning: 'A reload has moved the gateway to another address.',
    fields: [{ name: 'address', type: 'string', meaning: 'Where it listens now, as `listen` has it.' }],
  },
  {
    level: 'info',
    msg: 'backend state reset',
    meaning: 'What was known of a backend (cooldowns, health, speed) is forgotten.',
    fields: [BACKEND, { name: 'cause', type: 'string', meaning: 'Why.' }],
  },
  {
    level: 'error',
    msg: 'reload failed, the old config stays: …',
    meaning:
      'One line for each problem of the new config. `llm_proxy_config_valid` is 0, and `GET /admin/status` holds the problems, until it is put right.',
    fields: [WHY],
  },
  {
    level: 'info',
    msg: 'there is no config file to reload',
    meaning: 'SIGHUP came, and the gateway was started without a config.',
    fields: [],
  },
];

const BACKENDS: readonly LogLine[] = [
  {
    level: 'warn',
    msg: 'backend cools down',
    meaning: 'An operation of a model at a backend has failed and is left alone for a while; said once.',
    fields: [
      ...OPERATION,
      { name: 'failure', type: 'string', meaning: 'The status and the failure of docs/errors.md, or its cause.' },
      { name: 'until', type: 'time', meaning: 'When the next request may try it.' },
    ],
  },
  {
    level: 'info',
    msg: 'backend is back',
    meaning: 'What had cooled down has served a request.',
    fields: [...OPERATION, { name: 'cause', type: 'string', meaning: 'How that is known.' }],
  },
  {
    level: 'warn',
    msg: 'backend is dead',
    meaning: 'A backend has missed `health_check.unhealthy_after` health checks and is left out.',
    fields: [
      BACKEND,
      {
        name: 'cause',
        type: 'string',
        meaning: "The last miss: a status, the limit of a timeout, or the system's word with host and port.",
      },
      { name: 'misses', type: 'integer', meaning: 'How many health checks in a row it missed.' },
    ],
  },
  {
    level: 'info',
    msg: 'backend is alive again',
    meaning: 'A dead backend has answered.',
    fields: [BACKEND, { name: 'cause', type: 'string', meaning: 'What it answered, or that checks are switched off.' }],
  },
  {
    level: 'error',
    msg: "provider refuses the gateway's key or account",
    meaning: 'A provider answers 401, 402, 403 or that the quota is used up; said once until it serves again.',
    fields: [
      ...OPERATION,
      {
        name: 'status',
        type: 'integer',
        meaning: 'The status that the error stands for.',
        absentWhen: 'it came in a stream or a good answer, and names none',
      },
      {
        name: 'code',
        type: 'string',
        meaning: "The provider's code of the error, or else its type.",
        absentWhen: 'it gave none',
      },
      { name: 'key_end', type: 'string', meaning: 'The last four characters of the key.' },
      {
        name: 'message',
        type: 'string',
        meaning: "The first 200 characters of the provider's message, masked.",
        absentWhen: 'it gave none, or it quotes the request',
      },
      {
        name: 'may_be_the_request',
        type: 'boolean',
        meaning: 'True: the model has served others meanwhile, so the request may have asked for something special.',
        absentWhen: 'the key or the account is at fault',
      },
      { name: 'remedy', type: 'string', meaning: 'What to do.' },
      TRACE,
    ],
  },
  {
    level: 'debug',
    msg: 'connection was closed before an answer; redone',
    meaning: 'Most often a kept connection that the server had given up; the request was sent once more, uncounted.',
    fields: [TRACE, BACKEND],
  },
];

const GATEWAY: readonly LogLine[] = [
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

const LOGGING: readonly LogLine[] = [
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

const END: readonly LogLine[] = [
  {
    level: 'warn',
    msg: 'the launcher has ended, so the gateway stops',
    meaning: 'The process that npm had started was killed and could pass no signal on.',
    fields: [],
  },
  {
    level: 'info',
    msg: 'stopping',
    meaning: 'The gateway was told to stop: it takes no new requests and ends those under way.',
    fields: [
      SIGNAL,
      { name: 'in_flight', type: 'integer', meaning: 'How many requests are under way.' },
      { name: 'waits_up_to', type: 'string', meaning: '`server.shutdown_timeout`.' },
    ],
  },
  {
    level: 'warn',
    msg: 'shutdown_timeout was over; what was still under way was ended',
    meaning: 'These clients got an error.',
    fields: [{ name: 'exchanges', type: 'integer', meaning: 'How many requests.' }],
  },
  { level: 'info', msg: 'stopped', meaning: 'The process ends with code 0.', fields: [] },
  {
    level: 'warn',
    msg: 'a second signal: the process ends at once',
    meaning: 'It ends with code 1, and what was under way is cut off.',
    fields: [SIGNAL, { name: 'in_flight', type: 'integer', meaning: 'How many requests were under way.' }],
  },
  {
    level: 'error',
    msg: 'a bug ended the gateway: please report it',
    meaning: 'An error that no handler expects; the process ends with code 1.',
    fields: [ERROR],
  },
  {
    level: 'error',
    msg: 'the event loop stands still: the process is ended',
    meaning: 'The watchdog ends the process with code 70 (`server.watchdog`).',
    fields: LAST_LINE,
  },
  {
    level: 'error',
    msg: 'the shutdown does not end: the process is ended',
    meaning: 'The watchdog ends the process with code 70, ten seconds after `server.shutdown_timeout`.',
    fields: LAST_LINE,
  },
];

/** Every general line, by what it is about. */
export const LOG_LINES = {
  'Start and config': [...START, ...RELOAD],
  Backends: BACKENDS,
  'Requests and the gateway itself': GATEWAY,
  'The log': LOGGING,
  End: END,
} as const satisfies Readonly<Record<string, readonly LogLine[]>>;
