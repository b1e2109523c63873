import { csrfToken, onUnauthorized } from './credentials.ts';
import { query as address } from './router.ts';

/** What came of a call: errors are values, so that whoever shows an answer shows them too. */
export type Answer<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: ApiError };

/** Why there is no answer, in the words of the admin API. */
export interface ApiError {
  /** 0: the gateway could not be reached. */
  readonly status: number;
  /** As in docs/errors.md. */
  readonly code: string;
  readonly message: string;
  /** The field of the call that is at fault. */
  readonly param?: string | undefined;
  /** After how many seconds a call may be made again, where the gateway says so. */
  readonly retryAfterS?: number | undefined;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a call has besides method and path. */
export interface CallOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the call; its promise then never settles, for whoever asked has left. */
  readonly signal?: AbortSignal;
}

/** Reads from the gateway. */
export function get<Value>(path: string, options: CallOptions = {}): Promise<Answer<Value>> {
  return call('GET', path, options);
}

/** Calls an operation of the gateway. Never rejects. */
export async function call<Value>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Value>> {
  const { query, body, headers, signal } = options;
  try {
    const response = await fetch(hrefOf(path, query), {
      method,
      signal: signal ?? null,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        // A demo then leaves out what it has made up.
        ...(address.value.get('history') === 'hidden' ? { 'x-llm-proxy-demo-history': 'hide' } : {}),
        // The log need not tell of each reading.
        'x-llm-proxy-console': '1',
        ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken() }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return { ok: true, value: (text === '' ? undefined : JSON.parse(text)) as Value };
    if (response.status === 401) onUnauthorized();
    const retryAfterS = Number(response.headers.get('retry-after')) || undefined;
    return { ok: false, error: { ...errorOf(response.status, text), retryAfterS } };
  } catch (error) {
    if (signal?.aborted === true) return await new Promise(() => undefined);
    return { ok: false, error: { status: 0, code: 'unreachable', message: (error as Error).message } };
  }
}

/** An address of the gateway with a query, for a download. */
export function hrefOf(path: string, query: Query = {}): string {
  const fields = Object.entries(query).filter((each) => each[1] !== undefined && each[1] !== '');
  const text = new URLSearchParams(fields.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The error that an answer of the gateway tells. */
export function errorOf(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: { code?: string; message?: string; param?: string | null } };
    const { code = '', message = text, param } = error;
    return { status, code, message, param: param ?? undefined };
  } catch {
    return { status, code: '', message: text.slice(0, 500) };
  }
}
