import type { LogField } from './log-field.ts';
import type { LogLine } from './log-line.ts';

const DESTINATION: LogField = { name: 'destination', type: 'string', meaning: 'Its host and port.' };
const CAUSE: LogField = {
  name: 'cause',
  type: 'string',
  meaning: 'The status of its answer, or the word of the system.',
};

/** Lines about traces. */
export const TRACES: readonly LogLine[] = [
  {
    level: 'warn',
    msg: 'the destination of traces takes no spans',
    meaning:
      'It cannot be reached or is overloaded. Spans wait, and are dropped when too many do. Said once until it is back.',
    fields: [DESTINATION, CAUSE],
  },
  {
    level: 'warn',
    msg: 'the destination of traces refuses spans',
    meaning:
      'Its key or its address is wrong, or it does not take spans of this kind. Said once until it takes all again.',
    fields: [DESTINATION, CAUSE],
  },
  {
    level: 'info',
    msg: 'the destination of traces takes spans again',
    meaning: 'That is over.',
    fields: [DESTINATION, { name: 'lost_spans', type: 'integer', meaning: 'How many spans were lost.' }],
  },
  {
    level: 'warn',
    msg: 'a variable for traces is not followed',
    meaning: 'A variable `OTEL_*` has a value that cannot be used; the default counts.',
    fields: [
      { name: 'variable', type: 'string', meaning: 'Its name.' },
      { name: 'cause', type: 'string', meaning: 'Why not.' },
    ],
  },
];
