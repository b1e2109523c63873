import type { LogField } from './log-field.ts';
import { BACKEND, TRACE, type LogLine } from './log-line.ts';
import { STEERING } from './steering-lines.ts';

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

/** Lines about backends. */
export const BACKENDS: readonly LogLine[] = [
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
  ...STEERING,
  {
    level: 'debug',
    msg: 'connection was closed before an answer; redone',
    meaning: 'Most often a kept connection that the server had given up; the request was sent once more, uncounted.',
    fields: [TRACE, BACKEND],
  },
];
