import { saysTooLong, type UpstreamError } from '../../core/classify.ts';
import { asObject, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { errorStatus, readError as readOpenaiError } from '../openai/error-body.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import type { ErrorGrammar } from '../protocol.ts';
import { BegunResponse } from './begun-response.ts';

/** How errors look in this dialect: as in chat, and in a stream as `response.failed`. */
export const errors: ErrorGrammar = {
  body: errorBody,
  event: errorEvent,
  asEvent: errorAsEvent,
  read: readError,
  status: errorStatus,
};

/** `{"error":{message,type,param,code}}` */
export function errorBody(error: GatewayError): string {
  return JSON.stringify({ error: errorObject(error) });
}

/**
 * `response.failed`, with the error in two places. Codex knows this event only and reads `response.error`. The SDKs
 * take it for an ordinary event unless it has an `error` of its own.
 */
export function errorEvent(error: GatewayError, begun?: unknown): string {
  return failedEvent(errorObject(error), begun instanceof BegunResponse ? begun : undefined);
}

/** The body of an upstream error as an event. */
export function errorAsEvent(body: unknown): string | undefined {
  const error = readError(body);
  if (error === undefined) return undefined;
  return failedEvent(
    compact({
      message: error.message ?? 'The backend failed.',
      type: error.type ?? 'server_error',
      param: null,
      ...asObject(error.object),
      code: error.code ?? (saysTooLong(error) ? 'context_length_exceeded' : codeByStatus(error.status)),
    }),
  );
}

/**
 * Reads an error body, a failed response, and the events `error` (with the error in it, or as it) and
 * `response.failed`. `error: null` beside a good answer is no error.
 */
export function readError(body: unknown): UpstreamError | undefined {
  const holder = asObject(body);
  const response = asObject(holder?.['response']);
  const failed = response?.['status'] === 'failed' ? response : holder?.['status'] === 'failed' ? holder : undefined;
  if (holder?.['type'] === 'error' && asObject(holder['error']) === undefined) {
    // The type `error` has no further meaning.
    return read({ error: { ...holder, type: undefined } });
  }
  const error = read(holder?.['error'] ? body : (failed ?? body));
  if (error !== undefined || (failed === undefined && holder?.['type'] !== 'response.failed')) return error;
  return read({ error: { type: 'server_error', ...asObject(response?.['error']) } });
}

function read(body: unknown): UpstreamError | undefined {
  const error = readOpenaiError(body);
  if (error === undefined || error.status !== undefined || error.code === undefined) return error;
  return CALLERS_FAULT.test(error.code) ? { ...error, status: 400 } : error;
}

/** Codes of a failed response that blame the request. All others blame the server. */
const CALLERS_FAULT =
  /^(invalid_|image_|empty_image|unsupported_image|failed_to_download_image|bio_policy|misalignment_)/;

/** The error in a body, and beside a failed response. */
export function errorObject(error: GatewayError): Record<string, unknown> {
  const code = codeOf(error);
  return { message: messageOf(error, code), type: error.type, param: error.param, code };
}

/** Codex waits as long as the message of a rate limit says, and finds the time by these words. */
function messageOf({ message, retryAfterMs }: GatewayError, code: string | null): string {
  if (code !== 'rate_limit_exceeded' || retryAfterMs === undefined || /try again in\s*\d/i.test(message))
    return message;
  const stop = /[.!?]$/.test(message) ? '' : '.';
  return `${message}${stop} Please try again in ${Math.ceil(retryAfterMs) / 1000}s.`;
}

/** Codes of other dialects, translated for the clients of this one. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['too_many_requests', 'rate_limit_exceeded'],
  ['RESOURCE_EXHAUSTED', 'rate_limit_exceeded'],
  ['overloaded_error', 'server_is_overloaded'],
  ['server_overloaded', 'server_is_overloaded'],
  ['UNAVAILABLE', 'server_is_overloaded'],
  ['context_window_exceeded', 'context_length_exceeded'],
  ['model_context_window_exceeded', 'context_length_exceeded'],
]);

function codeOf({ code, type, status }: GatewayError): string | null {
  if (code === null) return CODES.get(type) ?? codeByStatus(status) ?? null;
  return CODES.get(code) ?? code;
}

function codeByStatus(status: number | undefined): string | undefined {
  if (status === 429) return 'rate_limit_exceeded';
  return status === 503 || status === 529 ? 'server_is_overloaded' : undefined;
}

/** The error within a failed response. */
export function responseError({ code, message }: Record<string, unknown>): JsonObject {
  return { code: asWord(code) ?? 'server_error', message };
}

function failedEvent(error: Record<string, unknown>, begun?: BegunResponse): string {
  const response = {
    id: `resp_${crypto.randomUUID().replaceAll('-', '')}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    ...OF_NOTHING,
    ...begun?.response,
    status: 'failed',
    error: responseError(error),
    incomplete_details: null,
  };
  const data = { type: 'response.failed', sequence_number: begun?.nextNumber ?? 0, response, error };
  return `event: response.failed\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The members that every response must have. */
const OF_NOTHING: JsonObject = {
  background: false,
  model: '',
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  output: [],
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
  usage: null,
};
