import { BACKENDS } from './backend-lines.ts';
import { BUDGETS } from './budget-lines.ts';
import { CONSOLE } from './console-lines.ts';
import { GATEWAY, LOGGING } from './gateway-lines.ts';
import { LEDGER } from './ledger-lines.ts';
import type { LogLine } from './log-line.ts';
import { TRACES } from './trace-lines.ts';
import { END, RELOAD, START } from './process-lines.ts';

/** Every general line, by what it is about. */
export const LOG_LINES = {
  'Start and config': [...START, ...RELOAD],
  Backends: BACKENDS,
  'Requests and the gateway itself': GATEWAY,
  'The console': CONSOLE,
  'The ledger': LEDGER,
  Budgets: BUDGETS,
  Traces: TRACES,
  'The log': LOGGING,
  End: END,
} as const satisfies Readonly<Record<string, readonly LogLine[]>>;
