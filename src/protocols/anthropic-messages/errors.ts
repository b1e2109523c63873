import type { UpstreamError } from '../../core/classify.ts';
import { asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { sseEvent } from '../shared/stream/sse-event.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import type { ErrorGrammar } from '../protocol.ts';
import { holdsError, readErrorWord } from '../../core/vendor-error.ts';

/** How errors look in this dialect: `{type: "error", error: {type, message}}`. */
export const errors: ErrorGrammar = {
  body: errorBody,
  event: errorEvent,
  asEvent: errorAsEvent,
  read: readError,
  status: errorStatus,
};

/** https://docs.claude.com/en/api/errors */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

const TYPES: ReadonlyMap<number, string> = new Map(
  Object.entries(STATUSES).map(([type, status]) => [status, type] as const),
);

/** `{"type":"error","error":{type,message,details?:{error_code}},"request_id"}`; the SDK shows `error_code` as the error's `errorCode`. */
export function errorBody(error: GatewayError): string {
  const details = detailsOf(error);
  return JSON.stringify({
    type: 'error',
    error: { type: typeOf(error.status), message: messageOf(error), ...(details === undefined ? {} : { details }) },
    request_id: error.requestId,
  });
}

/**
 * When a conversation is kept at Anthropic (`thread`) and the request has to go to another backend, the error uses
 * Anthropic's own code. Its SDKs then send the whole conversation, now and from there on.
 */
function detailsOf({ code, param }: GatewayError): JsonObject | undefined {
  if (code === 'not_carried' && param === 'thread') {
    return { error_code: 'thread_unsupported_request', unsupported: ['model'] };
  }
  return code === null ? undefined : { error_code: code };
}

/** "Overloaded" is 529 here. */
export function errorStatus(status: number): number {
  return status === 503 ? 529 : status;
}

/** The same as an `error` event, on which the SDKs throw. */
export function errorEvent(error: GatewayError): string {
  return sseEvent(errorBody(error), 'error');
}

/** The body of an upstream error as an event. */
export function errorAsEvent(body: unknown): string | undefined {
  if (readError(body) === undefined) return undefined;
  return sseEvent({ type: 'error', ...asObject(body) }, 'error');
}

/** Reads `{"type":"error","error":{…}}`. Compatible vendors may leave out the outer type. */
export function readError(body: unknown): UpstreamError | undefined {
  const holder = asObject(body);
  const error = holder?.['error'];
  if (holder === undefined || !holdsError(holder)) return undefined;
  const fields = asObject(error);
  if (fields === undefined) return readErrorWord(holder);
  const type = asWord(fields['type']);
  return {
    type,
    code: asWord(asObject(fields['details'])?.['error_code']) ?? asWord(fields['code']),
    message: asWord(fields['message']),
    status: type !== undefined && Object.hasOwn(STATUSES, type) ? STATUSES[type] : undefined,
    retryAfterMs: undefined,
    object: error,
  };
}

function typeOf(status: number): string {
  const type = TYPES.get(errorStatus(status));
  if (type !== undefined) return type;
  if (status === 408) return 'timeout_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}

/** Agents recognise a conversation that has grown too long by these words only, and then compact it. */
function messageOf({ code, message }: GatewayError): string {
  return code === 'context_length_exceeded' ? `prompt is too long: ${message}` : message;
}
