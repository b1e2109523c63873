import type { EndpointRow, Match } from '../core/endpoint-row.ts';
import type { Method } from '../core/exchange.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

/** Where people sign in to the console. */
export const SESSION_PATH = '/console/session';
/** Where signing in at an OIDC provider begins, and where it comes back to. */
export const OIDC_START = '/console/oidc/start';
export const OIDC_CALLBACK = '/console/oidc/callback';

/** The rows of signing in, in the table of endpoints. Whoever asks here has no key yet. */
export const consoleRows: readonly EndpointRow[] = [
  { match: at(SESSION_PATH, ['GET', 'HEAD', 'POST', 'DELETE']), auth: 'public', limits: 'none', handler: 'sign_in' },
  { match: at(OIDC_START, ['GET']), auth: 'public', limits: 'none', handler: 'sign_in' },
  { match: at(OIDC_CALLBACK, ['GET']), auth: 'public', limits: 'none', handler: 'sign_in' },
];

function at(path: string, methods: readonly Method[]): Match {
  const matched = { protocol: DEFAULT_PROTOCOL, operation: 'native', target: '', conversation: false } as const;
  return { paths: { [path]: { ...matched, answersJson: false, methods } } };
}
