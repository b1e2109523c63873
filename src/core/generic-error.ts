import { asArray, asObject, asWord } from '../lib/json.ts';
import type { UpstreamError } from './classify.ts';
import { readBaseResp } from './vendor-error.ts';

/**
 * Reads an error that is certain to be one (it has an error status, or is part of another error), in whatever form a
 * server writes it. `json` is the parsed body. Undefined if it has neither message nor code.
 */
export function readGenericError(json: unknown): UpstreamError | undefined {
  const first: unknown = Array.isArray(json) ? json[0] : json;
  const holder = asObject(first);
  if (holder === undefined) return said(asWord(first), {}, first);
  // Cloudflare: `errors: [{code, message}]`.
  const inner = holder['error'] ?? asArray(holder['errors'])[0];
  const coded = inner === undefined ? readBaseResp(holder) : undefined;
  if (coded !== undefined) return coded;
  const fields = asObject(inner) ?? holder;
  return said(asWord(inner) ?? messageIn(fields), { ...holder, ...fields }, inner ?? holder);
}

function said(
  message: string | undefined,
  fields: Readonly<Record<string, unknown>>,
  object: unknown,
): UpstreamError | undefined {
  const code = codeIn(fields['code'] ?? fields['error_code'] ?? fields['status_code']);
  const type = asWord(fields['type']) ?? asWord(fields['error_type']) ?? asWord(fields['status']);
  if (message === undefined && code === undefined) return undefined;
  return { type, code, message, status: undefined, retryAfterMs: undefined, object };
}

/**
 * The message of an error, wherever it is. FastAPI has `detail`, a text or a list of `{msg}`. Mistral puts that into
 * `message`. DeepInfra and TabbyAPI put an `error` into it.
 */
function messageIn(fields: Readonly<Record<string, unknown>>, depth = 0): string | undefined {
  for (const name of ['message', 'detail', 'msg', 'error_message', 'error_msg', 'Message', 'error']) {
    const value = fields[name];
    const word = asWord(value);
    if (word !== undefined) return word;
    const inner = asObject(value) ?? asObject(asArray(value)[0]);
    const found = inner === undefined || depth > 2 ? undefined : messageIn(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function codeIn(value: unknown): string | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? String(value) : asWord(value);
}
