import type { UnavailableReason } from '../store-errors.ts';
import { StoreUnavailable } from '../store-errors.ts';

/** By the beginning of SQLSTATE: the reason, and what is wrong and to be done. */
const FAILURES: readonly (readonly [state: string, reason: UnavailableReason, text: string])[] = [
  ['08', 'unreachable', 'cannot be reached: see whether it runs, and whether `database` has its address'],
  ['28', 'refused', 'refuses the user of `database`: see its name and password'],
  ['3D000', 'refused', 'does not exist: create it (createdb), or name another one in `database`'],
  ['42501', 'refused', 'does not let this user do that: GRANT it the rights to its schema'],
  ['53100', 'full', 'cannot grow, the disk of the server is full: free some space; nothing that was written is lost'],
  ['53300', 'refused', 'has no connection left: raise max_connections, or put a pooler in front'],
  ['53', 'unreachable', 'has no resources left: look at its log'],
  ['55P03', 'locked', 'is locked by another session: see pg_stat_activity'],
  ['57014', 'locked', 'did not finish in time, for another session holds the table: it is tried again'],
  ['57', 'unreachable', 'is shutting down or starting: it is tried again'],
  ['58', 'unreachable', 'has an error of its disk: look at its log'],
  ['25006', 'read_only', 'is read-only: name the primary server in `database`, not a replica'],
  ['XX', 'corrupt', 'has an internal error, or damaged data: look at its log; nothing was changed'],
];

/** A StoreUnavailable for what keeps the server from being used; any other error as it is. */
export function postgresFailure(error: unknown, place: string): unknown {
  if (error instanceof StoreUnavailable) return error;
  const { code, errno } = fieldsOf(error);
  const state = code === SERVER_ERROR ? errno : CONNECTION_ERRORS.test(code) ? '08006' : '';
  const row = FAILURES.find(([start]) => state.startsWith(start));
  if (row === undefined) return error;
  const [, reason, text] = row;
  return new StoreUnavailable(reason, `the database ${place} ${text} (${code === SERVER_ERROR ? state : code})`, {
    cause: error,
  });
}

/** Another row has a key that is unique. */
export function isUniqueViolation(error: unknown): boolean {
  return fieldsOf(error).errno === '23505';
}

export function isUndefinedTable(error: unknown): boolean {
  return fieldsOf(error).errno === '42P01';
}

/** A deadlock, or transactions that cannot be put in an order: this one was undone and may succeed now. */
export function isToBeRepeated(error: unknown): boolean {
  return ['40P01', '40001'].includes(fieldsOf(error).errno);
}

const SERVER_ERROR = 'ERR_POSTGRES_SERVER_ERROR';

/** What Bun says of a connection: it could not be made, was lost, or took too long; TLS or the password were refused. */
const CONNECTION_ERRORS =
  /^ERR_POSTGRES_(?:CONNECTION_|IDLE_TIMEOUT|LIFETIME_TIMEOUT|TLS_|AUTHENTICATION_|UNKNOWN_AUTHENTICATION|UNSUPPORTED_AUTHENTICATION|INVALID_SERVER_)|^(?:ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|DNS_)/;

function fieldsOf(error: unknown): { readonly code: string; readonly errno: string } {
  const { code, errno } = (error ?? {}) as { readonly code?: unknown; readonly errno?: unknown };
  return { code: typeof code === 'string' ? code : '', errno: typeof errno === 'string' ? errno : '' };
}
