import type { ExchangeRecord, TryRecord } from '../core/record.ts';
import { hasStory } from './has-story.ts';

/** One field of a log line, as documentation tells it. */
export interface LogField {
  readonly name: string;
  /** A `time` is text as ISO 8601 in UTC. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'time' | 'list' | 'object';
  readonly unit?: 'ms' | 'bytes' | 'tokens';
  readonly meaning: string;
  /** When its value is null; undefined: never. */
  readonly nullWhen?: string;
  /** When the line is without it; undefined: never. */
  readonly absentWhen?: string;
}

/** A field of a record: what is documented of it, and what is written. */
export interface RecordField<R> extends LogField {
  /** Its value; undefined where it is unknown: written as null if the field has `nullWhen`, else left out. */
  readonly of: (record: R) => unknown;
  /** Why no client, backend or config can put text into it. Whatever does not say so is looked through for secrets. */
  readonly trusted?: string;
  /** Requests that follow each other often have the same value: it is written out only when it changes. */
  readonly isShared?: true;
}

/** What every line begins with. */
export const COMMON_FIELDS = [
  {
    name: 'level',
    type: 'string',
    meaning:
      '`debug`, `info`, `warn` or `error`. Of a request: `error` when the client got a status of 500 or more or a stream that broke off, `warn` when it was refused or another attempt rescued it, else `info`.',
  },
  { name: 'ts', type: 'time', meaning: 'When the line was written, with milliseconds; of a request, when it ended.' },
  { name: 'msg', type: 'string', meaning: 'What happened; `request` on the line of a request.' },
] as const satisfies readonly LogField[];

/** The fields of a record in the order in which they are written. `request-json.ts` is generated from them. */
export const RECORD_FIELDS = [
  {
    name: 'trace_id',
    of: (record) => record.traceId,
    type: 'string',
    meaning:
      "The client's `x-trace-id`, the trace of its `traceparent` or its `x-request-id`, else a new UUID. The answer has it in `x-trace-id`.",
  },
  {
    name: 'client_ip',
    of: (record) => record.clientIp,
    isShared: true,
    type: 'string',
    meaning: "The client's address: the connection's, or what a proxy of `proxy.trusted_proxies` says it is.",
  },
  {
    name: 'caller',
    of: (record) => record.caller,
    isShared: true,
    type: 'string',
    meaning:
      'The name of the key in `keys`; `proxy` for `proxy_api_key`, `admin` for `admin.api_key`. Of a gateway without keys: `client:` and a digest of what the client sent as its key (the same for the same key until a restart, and beyond with `server.secret`), or `anonymous` where it sent none.',
    nullWhen: 'the gateway has keys and the request had no valid one, or it was refused before that was known',
  },
  { name: 'method', of: (record) => record.method, isShared: true, type: 'string', meaning: 'The HTTP method.' },
  {
    name: 'path',
    of: (record) => record.path,
    isShared: true,
    type: 'string',
    meaning: 'The path without its query, which may carry keys.',
  },
  {
    name: 'alias',
    of: (record) => record.alias,
    isShared: true,
    type: 'string',
    meaning: 'The model that the client asked for, whether the config has it or not.',
    nullWhen: 'the request named none, or was refused before its body was read',
  },
  {
    name: 'served_alias',
    of: (record) => record.servedAlias,
    isShared: true,
    type: 'string',
    meaning: 'The alias of `fallback.alias_fallback` that the last attempt was made for.',
    absentWhen: 'that is the alias that was asked for',
  },
  {
    name: 'model',
    of: (record) => record.model,
    isShared: true,
    type: 'string',
    meaning: 'The model that the backend was asked for. When nothing served: that of the answer that the client got.',
    nullWhen: 'no backend was asked',
  },
  {
    name: 'backend',
    of: (record) => record.backend,
    isShared: true,
    type: 'string',
    meaning: 'The backend that served. When none did: the one whose answer or failure the client got.',
    nullWhen: 'no backend was asked',
  },
  {
    name: 'stream',
    of: (record) => record.stream,
    trusted: 'a boolean',
    isShared: true,
    type: 'boolean',
    meaning: 'Whether the client asked for a stream.',
  },
  {
    name: 'status',
    of: (record) => record.status,
    trusted: 'a number',
    isShared: true,
    type: 'integer',
    meaning: 'The HTTP status that the client saw; 499 when it left before the answer was complete.',
  },
  {
    name: 'duration_ms',
    of: (record) => record.durationMs,
    trusted: 'measured',
    type: 'number',
    unit: 'ms',
    meaning: 'From the arrival of the request to the last byte of its answer.',
  },
  {
    name: 'ttft_ms',
    of: (record) => record.ttftMs,
    trusted: 'measured',
    type: 'number',
    unit: 'ms',
    meaning: 'From the arrival of the request to the first content that went to the client.',
    nullWhen: 'no content went out',
  },
  {
    name: 'queue_ms',
    of: (record) => record.queueMs ?? 0,
    trusted: 'measured',
    type: 'number',
    unit: 'ms',
    meaning: 'How long the request waited in the queue, for a slot of its own or of a backend.',
  },
  {
    name: 'attempts',
    of: (record) => record.attempts,
    trusted: 'counted',
    type: 'integer',
    meaning: 'How many attempts were made at backends; 0 when the gateway refused the request itself.',
  },
  {
    name: 'prompt_tokens',
    of: (record) => record.usage?.promptTokens,
    trusted: 'a number',
    type: 'integer',
    unit: 'tokens',
    meaning: 'All input, cached tokens included, as the backend reported it; never estimated.',
    nullWhen: 'the backend did not report it',
  },
  {
    name: 'completion_tokens',
    of: (record) => record.usage?.completionTokens,
    trusted: 'a number',
    type: 'integer',
    unit: 'tokens',
    meaning: 'All output, reasoning included, as the backend reported it; never estimated.',
    nullWhen: 'the backend did not report it',
  },
  {
    name: 'cached_tokens',
    of: (record) => record.usage?.cachedTokens,
    trusted: 'a number',
    type: 'integer',
    unit: 'tokens',
    meaning: "Of the prompt tokens, those read from the provider's cache.",
    nullWhen: 'the backend did not report it',
  },
  {
    name: 'bytes_in',
    of: (record) => record.bytesIn,
    trusted: 'counted',
    type: 'integer',
    unit: 'bytes',
    meaning: "The request's body as it was received.",
  },
  {
    name: 'bytes_out',
    of: (record) => record.bytesOut,
    trusted: 'counted',
    type: 'integer',
    unit: 'bytes',
    meaning: "The answer's body as it was sent.",
  },
  {
    name: 'error_code',
    of: (record) => record.errorCode,
    type: 'string',
    meaning: 'A code of docs/errors.md, or what the backend called its error where its answer was passed on.',
    nullWhen: 'all went well',
  },
  {
    name: 'detail',
    of: (record) => record.errorDetail,
    type: 'string',
    meaning:
      'What the code of a refusal leaves open: which limit it was and its value (`rate_limit.per_ip_rps 100`), or why no route could be tried.',
    absentWhen: 'the gateway did not refuse the request, or the code says all',
  },
  {
    name: 'interrupted',
    of: (record) => (record.interrupted ? true : undefined),
    trusted: 'a boolean',
    type: 'boolean',
    meaning: 'True: the stream began well and broke off; the client got an error event after content.',
    absentWhen: 'the answer is complete, or failed before it began',
  },
  {
    name: 'dropped_events',
    of: (record) => (record.droppedEvents > 0 ? record.droppedEvents : undefined),
    trusted: 'counted',
    type: 'integer',
    meaning: 'How many events of the stream were left out because they were no JSON.',
    absentWhen: 'there were none',
  },
  {
    name: 'tries',
    of: (record) => (hasStory(record) ? record.tries : undefined),
    type: 'list',
    meaning: 'Every attempt, in order.',
    absentWhen: 'the only attempt served, or none was made',
  },
] as const satisfies readonly RecordField<ExchangeRecord>[];

/** The fields of the one line that each request gets, in the order in which they are written. */
export const REQUEST_FIELDS = [...COMMON_FIELDS, ...RECORD_FIELDS] as const;

/** The fields of one attempt in `tries`, in the order in which they are written. */
export const TRY_FIELDS = [
  { name: 'backend', of: (tried) => tried.backend, type: 'string', meaning: 'The backend that was asked.' },
  { name: 'model', of: (tried) => tried.model, type: 'string', meaning: 'The model that it was asked for.' },
  {
    name: 'status',
    of: (tried) => tried.status,
    trusted: 'a number',
    type: 'integer',
    meaning: 'The HTTP status of its answer.',
    absentWhen: 'it did not answer',
  },
  {
    name: 'failure',
    of: (tried) => tried.failure,
    type: 'string',
    meaning: 'What went wrong, in the words of the failure table of docs/errors.md.',
    absentWhen: 'it served',
  },
  {
    name: 'detail',
    of: (tried) => tried.detail,
    type: 'string',
    meaning:
      "The provider's code of the error, or else its type; of a connection the system's word with host and port; of a timeout its limit.",
    absentWhen: 'there is nothing to add',
  },
  {
    name: 'type',
    of: (tried) => tried.type,
    type: 'string',
    meaning: "The provider's type of the error.",
    absentWhen: 'it gave none, or `detail` has it',
  },
  {
    name: 'message',
    of: (tried) => tried.message,
    type: 'string',
    meaning:
      "The first 200 characters of the provider's message, masked, where the status says that it cannot be about the prompt (401, 402, 403, 404, 408, 409, 429, 5xx), or of a page that is no JSON.",
    absentWhen: 'it could be about the prompt, or there was none',
  },
  {
    name: 'ms',
    of: (tried) => tried.ms,
    trusted: 'measured',
    type: 'number',
    unit: 'ms',
    meaning: 'How long the attempt took.',
  },
  {
    name: 'hedge',
    of: (tried) => tried.hedge,
    trusted: 'one of three words',
    type: 'string',
    meaning:
      'What became of an attempt that was begun beside a slow one (`models.<alias>.hedge`): `won` (it served), `lost` (the other was faster, or the request ended) or `failed`. The slower of the two has the failure `hedge_lost`.',
    absentWhen: 'the attempt was none of these',
  },
  {
    name: 'cooling_until',
    of: (tried) => tried.coolingUntil,
    trusted: 'a time of the gateway’s clock',
    type: 'time',
    meaning: 'Until when this operation of the model at this backend is left alone because of this attempt.',
    absentWhen: 'the attempt caused no cooldown',
  },
] as const satisfies readonly RecordField<TryRecord>[];
