import type { FailureKind } from '../../core/failure.ts';
import { CLIENT_LEFT, type ExchangeRecord, type AttemptRecord } from '../../core/record.ts';

/** What a request came to for its client, in the order of the docs; each with what it means. */
export const OUTCOMES = {
  served: 'The first route that was tried served, or one that was tried beside it because it was slow.',
  failover: 'Another route of the alias served (L1), or the same one when it was tried again.',
  fallback: 'Another alias served (L2, `fallback.alias_fallback`), whether or not a route of this one was tried.',
  interrupted: 'The answer broke off after it had begun, and the client got an error event.',
  failed: 'No route served: the client got an error, whatever its status.',
  turned_away:
    'The gateway could not take it (5xx: the queue, memory, no backend available), and no backend was asked.',
  limited: "One of the gateway's own rate limits refused it (429).",
  rejected:
    'The provider answered that the request is invalid (`bad_request`): the client wrote it so, or what the gateway or the config makes of it does not suit the model.',
  client_error:
    'The request itself is at fault: the gateway refused it as invalid, or it is too long, filtered, names an unknown model behind a wildcard, or came with a key of its own that the provider refused.',
  gave_up: 'The client left before anything of its answer had come.',
  client_left: 'The client left, or took nothing any more, after its answer had begun and before it was whole.',
} as const;

/** One of the outcomes. */
export type Outcome = keyof typeof OUTCOMES;

/** What an operator does about each. Markdown. */
export const OUTCOME_REMEDIES: Readonly<Record<Outcome, string>> = {
  served: 'Nothing.',
  failover: 'Look at what failed before: `tries` in the log, `GET /admin/backends`.',
  fallback: 'Look at the routes of the alias that was asked for: `tries` in the log, `GET /admin/backends`.',
  interrupted: 'Look at the backend: `error_code` and the last of `tries` in the log.',
  failed:
    'Look at `tries` in the log: each route that was tried, and how it failed. Another route or a fallback would have helped.',
  turned_away: 'Look at `error_code` in the log: the queue, memory, or backends that are dead or cooling down.',
  limited: 'Raise `rate_limit`, or have the client slow down; the message names the limit.',
  rejected:
    'One client: tell its owner. All clients of a model: look at `backends[].quirks`, `vendor` and the model of the route.',
  client_error: 'Look at `error_code` in the log, and at the message that the client got.',
  gave_up:
    'Compare the timeout of the client with `timeout.first_byte_timeout`, and look at `queue_ms` and the backend in the log: it may hang.',
  client_left: 'Raise the timeout of the client, if it did not mean to leave.',
};

/**
 * Tells it from the record. Not by the status alone: when nothing served, clients get the provider's own answer, which may
 * be a 429, a 404 or even a 200 that holds an error.
 */
export function outcomeOf(record: ExchangeRecord): Outcome {
  const { status, tries, interrupted, refused, servedAlias } = record;
  const failure = tries.at(-1)?.failure;
  if (status === CLIENT_LEFT || isClients(failure)) return hasGivenUp(record) ? 'gave_up' : 'client_left';
  if (interrupted) return 'interrupted';
  if (refused) return status >= 500 ? 'turned_away' : status === 429 ? 'limited' : 'client_error';
  if (failure === ('bad_request' satisfies FailureKind)) return 'rejected';
  if (isUnknownToWildcard(record)) return 'client_error';
  if (failure !== undefined) return REQUESTS_FAULT.has(failure) ? 'client_error' : 'failed';
  if (status >= 500) return 'failed';
  if (status >= 400) return 'client_error';
  if (servedAlias !== undefined) return 'fallback';
  return tries.some(isFailover) ? 'failover' : 'served';
}

/** Whether another attempt was needed because of it: one that was only slower has not failed, nor took the request a hedge to fail. */
function isFailover({ failure, hedge }: AttemptRecord): boolean {
  return failure !== undefined && failure !== ('hedge_lost' satisfies FailureKind) && hedge === undefined;
}

/** The attempts whose backend called the request invalid although another route then served it. */
export function rejectedThenServed(record: ExchangeRecord): readonly AttemptRecord[] {
  if (record.tries.length < 2 || !WAS_TAKEN.has(outcomeOf(record))) return [];
  return record.tries.filter(({ failure }) => failure === ('bad_request' satisfies FailureKind));
}

/** Whether the backend broke an answer off that had begun, rather than the client or the gateway's own end. */
export function isCutByBackend({ interrupted, tries }: ExchangeRecord): boolean {
  const failure = tries.at(-1)?.failure;
  return interrupted && !isClients(failure) && failure !== ('shutting_down' satisfies FailureKind);
}

/** Whether the client has left and had got nothing: a provider that hangs may be why. */
function hasGivenUp({ tries, ttftMs }: ExchangeRecord): boolean {
  return ttftMs === undefined && tries.at(-1)?.failure !== ('write_timeout' satisfies FailureKind);
}

/** Whether no backend that was asked knows a model name that the client, not the config, chose. */
function isUnknownToWildcard({ askedLabel, tries }: ExchangeRecord): boolean {
  if (tries.length === 0 || askedLabel?.includes('*') !== true) return false;
  return tries.every(
    ({ failure, modelLabel }) => failure === ('not_found' satisfies FailureKind) && modelLabel.includes('*'),
  );
}

function isClients(failure: string | undefined): boolean {
  return failure !== undefined && CLIENTS_DOING.has(failure);
}

/** After these, the last route that was tried has at least begun an answer. */
const WAS_TAKEN: ReadonlySet<Outcome> = new Set([
  'failover',
  'fallback',
  'interrupted',
  'client_left',
] satisfies Outcome[]);

const CLIENTS_DOING: ReadonlySet<string> = new Set(['client_gone', 'write_timeout'] satisfies FailureKind[]);

const REQUESTS_FAULT: ReadonlySet<string> = new Set([
  'client_refused',
  'content_filter',
  'context_length',
  'not_carried',
  'over_budget',
] satisfies FailureKind[]);
