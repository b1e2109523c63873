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

/** The field that names a request. */
export const TRACE: LogField = { name: 'trace_id', type: 'string', meaning: 'The trace ID of the request.' };

/** The field of an error that was caught. */
export const ERROR: LogField = {
  name: 'err',
  type: 'object',
  meaning: 'The error: `name`, `message` and `stack`.',
};

/** The field of a backend. */
export const BACKEND: LogField = { name: 'backend', type: 'string', meaning: 'The backend, as the config names it.' };
