import { asArray, asObject, asString, asWord, type JsonObject } from '../lib/json.ts';
import type { UpstreamError } from './classify.ts';
import { BASE_RESP_CODES, CLOUDFLARE_CODES, wordedCode, type VendorCode } from './vendor-codes.ts';

/**
 * Reads an error that has no dialect's form: MiniMax's `base_resp`, which may stand beside an answer, or a body that
 * holds nothing but what went wrong (`{"detail": …}`, `{"code": 1234, "msg": …}`, `{"success": false, …}`). Undefined
 * for whatever may be an answer.
 */
export function readVendorError(body: unknown): UpstreamError | undefined {
  const holder = asObject(Array.isArray(body) ? body[0] : body);
  if (holder === undefined) return undefined;
  return readBaseResp(holder) ?? readBare(holder);
}

/** Reads MiniMax's `base_resp` alone: of it nobody can doubt that it is an error, whatever was asked for. */
export function readBaseResp(body: unknown): UpstreamError | undefined {
  const resp = asObject(asObject(body)?.['base_resp']);
  if (resp === undefined) return undefined;
  const code = numberIn(resp['status_code']);
  if (code === undefined || code === 0) return undefined;
  const { status, type } = BASE_RESP_CODES.get(code) ?? UNKNOWN;
  return {
    type,
    code: String(code),
    message: asWord(resp['status_msg']),
    status,
    retryAfterMs: undefined,
    object: resp,
  };
}

/** Whether the member `error` of a body says that it is one. Some vendors write `null`, `false` or `""` beside every good answer. */
export function saysError(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return Boolean(value);
  return !Array.isArray(value) || value.length > 0;
}

/**
 * The same of a whole body, of which clients read what stands beside it: there, an object of nothing but empties is what
 * servers make of an error that there was not. In a stream clients take any for one.
 */
export function holdsError(holder: JsonObject): boolean {
  const { error } = holder;
  if (!saysError(error)) return false;
  if (typeof error !== 'object' || Object.keys(holder).length === 1) return true;
  return Object.values(error as object).some(saysSomething);
}

function saysSomething(value: unknown): boolean {
  return value !== 0 && value !== false && !isNothing(value);
}

/** Reads a body whose `error` is no object: a sentence, a word, or no more than `true`. What stands beside it may tell more. */
export function readErrorWord(holder: JsonObject): UpstreamError {
  const { error } = holder;
  const beside = readBare({ ...holder, error: undefined, success: false });
  const code = beside?.code;
  return {
    type: beside?.type,
    code,
    message: asWord(error) ?? beside?.message,
    status: statusIn(error) ?? beside?.status,
    retryAfterMs: undefined,
    object: error === true ? holder : error,
  };
}

const UNKNOWN: VendorCode = { status: 500 };

/** Members of a body that tells of nothing but an error. Each in lower case, without underscores. */
const TELLING = new Set([
  'detail',
  'details',
  'message',
  'msg',
  'errormsg',
  'errormessage',
  'errors',
  'title',
  'reason',
]);
/** Those that name the kind of error, where another says what is wrong (RFC 9457, Novita). */
const HEADLINES = new Set(['title', 'reason']);
const CODES = new Set([
  'code',
  'errorcode',
  'errcode',
  'type',
  'errortype',
  'status',
  'statuscode',
  'httpcode',
  'httpstatus',
]);
const BESIDE = new Set([
  'success',
  'ok',
  'requestid',
  'traceid',
  'logid',
  'sid',
  'id',
  'timestamp',
  'time',
  'path',
  'instance',
  'messages',
  'param',
  'documentationurl',
  'result',
  'data',
  'created',
  'model',
  'object',
  'usage',
]);

function readBare(holder: JsonObject): UpstreamError | undefined {
  let message: string | undefined;
  let headline: string | undefined;
  let code: string | undefined;
  let status: number | undefined;
  let type: string | undefined;
  let failed = holder['success'] === false || holder['ok'] === false;
  for (const [key, value] of Object.entries(holder)) {
    if (isNothing(value)) continue;
    const name = key === '__type' ? 'type' : key.toLowerCase().replaceAll('_', '');
    if (TELLING.has(name)) {
      if (HEADLINES.has(name)) headline ??= messageIn(value);
      else message ??= messageIn(value);
      failed ||= TELLS_ALONE.has(name);
      const inner = asObject(asArray(value)[0]);
      // FastAPI's list of what is wrong with the request.
      if (inner !== undefined && 'loc' in inner) status ??= 422;
      code ??= codeOf(inner?.['code']);
    } else if (CODES.has(name)) {
      if (SAYS_FAILED.test(asString(value) ?? '')) {
        failed = true;
        continue;
      }
      if (isSuccess(value)) {
        if (name.endsWith('code')) return undefined;
        continue;
      }
      status ??= statusIn(value);
      if (name.endsWith('type')) type ??= typeName(value);
      else code ??= codeOf(value);
      if (name.endsWith('code') || key === '__type') failed = true;
    } else if (!BESIDE.has(name) || typeof value === 'object') return undefined;
  }
  message ??= headline;
  failed ||= status !== undefined;
  if (!failed || (message === undefined && code === undefined && type === undefined && status === undefined))
    return undefined;
  const meant = meaningOf(code) ?? meaningOf(type) ?? (Array.isArray(holder['errors']) ? listed(code) : undefined);
  return {
    type: meant?.type ?? type,
    code: code === String(status) ? undefined : code,
    message,
    status: status ?? meant?.status,
    retryAfterMs: undefined,
    object: holder,
  };
}

const SAYS_FAILED = /^(?:error|failed|failure|fail)$/i;

/** Whoever says this, and nothing of an answer, has failed. A mere `message` may be a greeting. */
const TELLS_ALONE = new Set(['detail', 'errormsg', 'errormessage', 'errors']);

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isSuccess(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && SUCCESS.test(value)) || isSuccessStatus(numberIn(value));
}

const SUCCESS = /^(?:0|ok|success|succeeded|completed|true)$/i;

function isSuccessStatus(number: number | undefined): boolean {
  return number !== undefined && number >= 200 && number <= 299;
}

/** What is said, in a string or in the first entry of a list; FastAPI's entries have a `msg`. */
function messageIn(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const fields = asObject(first);
  return asWord(first) ?? asWord(fields?.['message']) ?? asWord(fields?.['msg']) ?? asWord(fields?.['detail']);
}

/** AWS puts a namespace in front of the name of an exception, and may put a URL behind it. */
function typeName(value: unknown): string | undefined {
  return asWord(value)?.replace(/^.*#/, '').replace(/:.*$/, '');
}

function codeOf(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : asWord(value);
}

function meaningOf(code: string | undefined): VendorCode | undefined {
  return code === undefined ? undefined : wordedCode(code);
}

/** Cloudflare's numbers stand in a list `errors`; elsewhere the same number means something else. */
function listed(code: string | undefined): VendorCode | undefined {
  return code === undefined ? undefined : CLOUDFLARE_CODES.get(code);
}

function statusIn(value: unknown): number | undefined {
  const number = numberIn(value);
  return number !== undefined && number >= 400 && number <= 599 ? number : undefined;
}

function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}
