import { BACKEND, type LogLine } from './log-line.ts';
import type { LogField } from './log-field.ts';

const ACTOR: LogField = { name: 'actor', type: 'string', meaning: 'Who did it: a caller, or `admin`.' };
const KEPT: LogField = {
  name: 'kept',
  type: 'boolean',
  meaning: 'Whether a restart remembers it: a database is configured, and has taken it.',
};
const REHEARSAL: LogField = { name: 'rehearsal', type: 'string', meaning: 'Its id.' };
const OF_CALLER: LogField = { name: 'caller', type: 'string', meaning: "Whose requests meet it, and nobody else's." };

/** Lines about what operators do to backends at run time. */
export const STEERING: readonly LogLine[] = [
  {
    level: 'warn',
    msg: 'backend is drained',
    meaning: 'An operator has taken a backend out of use: nothing new is sent to it, and what is under way ends.',
    fields: [BACKEND, ACTOR, KEPT],
  },
  {
    level: 'info',
    msg: 'backend is in use again',
    meaning: 'An operator has put a drained backend into use again.',
    fields: [BACKEND, ACTOR, KEPT],
  },
  {
    level: 'info',
    msg: 'cooldowns were ended',
    meaning: 'An operator has ended the cooldowns of a backend, and what health checks had found.',
    fields: [
      BACKEND,
      { name: 'model', type: 'string', meaning: 'The model that was meant.', absentWhen: 'it was all of the backend' },
      { name: 'ended', type: 'integer', meaning: 'How many operations cooled down or were half open.' },
      ACTOR,
    ],
  },
  {
    level: 'error',
    msg: 'which backends are drained cannot be read',
    meaning: 'The database was away at the start: backends that were drained before are in use.',
    fields: [{ name: 'cause', type: 'string', meaning: 'Why.' }],
  },
  {
    level: 'warn',
    msg: 'a rehearsal begins',
    meaning: 'From now on attempts at a backend fail for the requests of one caller, with nothing sent.',
    fields: [
      REHEARSAL,
      BACKEND,
      { name: 'failure', type: 'string', meaning: 'How they fail.' },
      OF_CALLER,
      { name: 'share', type: 'number', meaning: 'The part of its requests that meet it, from 0 to 1.' },
      { name: 'until', type: 'time', meaning: 'When it ends by itself.' },
      ACTOR,
    ],
  },
  {
    level: 'warn',
    msg: 'a rehearsal is over',
    meaning: 'Requests that begin from now on do not meet it any more.',
    fields: [
      REHEARSAL,
      BACKEND,
      OF_CALLER,
      { name: 'requests', type: 'integer', meaning: 'How many requests have met it.' },
      { name: 'attempts', type: 'integer', meaning: 'How many attempts of those that are over it let fail.' },
      { name: 'cause', type: 'string', meaning: 'Why it is over.' },
    ],
  },
];
