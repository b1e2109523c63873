import type { LogField } from './log-field.ts';
import { BACKEND, ERROR, type LogLine } from './log-line.ts';

const SIGNAL: LogField = { name: 'signal', type: 'string', meaning: 'The signal, `SIGTERM` or `SIGINT`.' };
const WHY: LogField = {
  name: 'why',
  type: 'string',
  meaning: 'Who asked for the reload: `a file changed`, `SIGHUP` or `asked by POST /admin/reload`.',
};

const LAST_LINE: readonly LogField[] = [
  { name: 'limit_ms', type: 'number', unit: 'ms', meaning: 'The limit that was passed.' },
  {
    name: 'main_thread',
    type: 'string',
    meaning: '`busy` (it computes), `waiting` (for the system) or `unknown`.',
  },
];

/** Lines of the start. */
export const START: readonly LogLine[] = [
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
    msg: 'the price table of data_dir is not used',
    meaning:
      'It cannot be read, or is no price table: the built-in one counts until `llm-proxy prices update` takes another.',
    fields: [{ name: 'cause', type: 'string', meaning: 'Which file, and what is wrong with it.' }],
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

/** Lines of reloads. */
export const RELOAD: readonly LogLine[] = [
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

/** Lines of the end. */
export const END: readonly LogLine[] = [
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
  {
    level: 'error',
    msg: 'a part of the gateway did not close well',
    meaning: 'What it had not yet written may be lost.',
    fields: [{ name: 'feature', type: 'string', meaning: 'The part.' }, ERROR],
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
