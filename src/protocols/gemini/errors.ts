import type { UpstreamError } from '../../core/classify.ts';
import { asArray, asCount, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import type { ErrorGrammar } from '../protocol.ts';
import { holdsError, readErrorWord } from '../../core/vendor-error.ts';

/** How errors look in this dialect: as a google.rpc.Status. */
export const errors: ErrorGrammar = {
  body: errorBody,
  event: errorEvent,
  asEvent: errorAsEvent,
  read: readError,
  status: errorStatus,
};

/** The `domain` of a `google.rpc.ErrorInfo`: who defines its `reason`. */
const DOMAIN = 'llm-proxy';
const TYPE = 'type.googleapis.com/google.rpc';

/**
 * `{"error":{code,message,status,details}}` (https://google.aip.dev/193). In the details an ErrorInfo has the gateway's
 * own code, a BadRequest the field at fault, and a RetryInfo the time to wait.
 */
export function errorBody({ status, message, code, param, retryAfterMs }: GatewayError): string {
  const details: JsonObject[] = [];
  if (code !== null) details.push({ '@type': `${TYPE}.ErrorInfo`, reason: code, domain: DOMAIN });
  if (param !== null) {
    details.push({ '@type': `${TYPE}.BadRequest`, fieldViolations: [{ field: param, description: message }] });
  }
  if (retryAfterMs !== undefined) {
    details.push({ '@type': `${TYPE}.RetryInfo`, retryDelay: `${Math.ceil(retryAfterMs) / 1000}s` });
  }
  const known = errorStatus(status);
  const error = { code: known, message, status: wordOf(known), ...(details.length === 0 ? {} : { details }) };
  return JSON.stringify({ error });
}

/** A chunk that is an error body: the SDKs throw on it. */
export function errorEvent(error: GatewayError): string {
  return `data: ${errorBody(error)}\n\n`;
}

/** The body of an upstream error as an event. */
export function errorAsEvent(body: unknown): string | undefined {
  const holder = unwrapped(body);
  return readError(holder) === undefined ? undefined : `data: ${JSON.stringify(holder)}\n\n`;
}

/** Google has no 529. */
export function errorStatus(status: number): number {
  return status === 529 ? 503 : status;
}

/** Reads `{"error": …}`, also as the only element of an array, which is the form of a stream without SSE. */
export function readError(body: unknown): UpstreamError | undefined {
  const holder = asObject(unwrapped(body));
  const error = holder?.['error'];
  if (holder === undefined || !holdsError(holder)) return undefined;
  const fields = asObject(error);
  if (fields === undefined) return readErrorWord(holder);
  const details = asArray(fields['details']).map((detail) => asObject(detail) ?? {});
  const word = asWord(fields['status']);
  return {
    type: word,
    code: details.map(({ reason }) => asWord(reason)).find((reason) => reason !== undefined),
    message: asWord(fields['message']),
    status: statusIn(fields['code']) ?? (word === undefined ? undefined : STATUSES.get(word)),
    retryAfterMs: details.map(({ retryDelay }) => delayMs(retryDelay)).find((delay) => delay !== undefined),
    object: error,
  };
}

/** The object of an error body, which may be wrapped in an array. */
export function unwrapped(body: unknown): unknown {
  return Array.isArray(body) ? body[0] : body;
}

/** A protobuf duration in JSON: `17s`, `0.5s`. */
function delayMs(value: unknown): number | undefined {
  const delay = asWord(value);
  return delay !== undefined && /^\d+(\.\d+)?s$/.test(delay) ? Number.parseFloat(delay) * 1000 : undefined;
}

function statusIn(value: unknown): number | undefined {
  const number = asCount(value);
  return number !== undefined && Number.isInteger(number) && number >= 400 && number <= 599 ? number : undefined;
}

/** The codes of google.rpc.Code and their HTTP statuses. */
const STATUSES: ReadonlyMap<string, number> = new Map<string, number>(
  Object.entries({
    INVALID_ARGUMENT: 400,
    FAILED_PRECONDITION: 400,
    OUT_OF_RANGE: 400,
    UNAUTHENTICATED: 401,
    PERMISSION_DENIED: 403,
    NOT_FOUND: 404,
    ABORTED: 409,
    ALREADY_EXISTS: 409,
    RESOURCE_EXHAUSTED: 429,
    CANCELLED: 499,
    INTERNAL: 500,
    UNKNOWN: 500,
    DATA_LOSS: 500,
    UNIMPLEMENTED: 501,
    UNAVAILABLE: 503,
    DEADLINE_EXCEEDED: 504,
  }),
);

const WORDS: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function wordOf(status: number): string {
  return WORDS[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}
