/** An error answer in OpenAI's shape. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly status: number;
  readonly detail: ErrorDetail;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, detail: ErrorDetail = {}, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }

  toResponse(): Response {
    const {
      type = this.status < 500 ? 'invalid_request_error' : 'server_error',
      param = null,
      code = null,
    } = this.detail;
    const error = { message: this.message, type, param, code };
    return Response.json({ error }, { status: this.status, headers: this.headers });
  }
}

/** The members of an error beside its message; `type` follows from the status unless given, the others are null. */
export interface ErrorDetail {
  readonly type?: string;
  readonly param?: string;
  readonly code?: string;
}

/** The error that a model `demo-fail-<status>` was told to give, with the type and code that providers use for it. */
export function failureFor(status: number): DemoError {
  const [message, detail] = FAILURES.get(status) ?? [status < 500 ? 'The request failed.' : 'The server failed.', {}];
  const headers: Record<string, string> = status === 429 ? { 'retry-after': '1' } : {};
  return new DemoError(status, `${message} (The demo was told to answer ${status}.)`, detail, headers);
}

const FAILURES: ReadonlyMap<number, readonly [message: string, detail: ErrorDetail]> = new Map([
  [400, ['The request is invalid.', {}]],
  [401, ['Incorrect API key provided.', { code: 'invalid_api_key' }]],
  [402, ['Insufficient balance.', { type: 'insufficient_quota', code: 'insufficient_quota' }]],
  [
    403,
    [
      'Country, region, or territory not supported.',
      { type: 'request_forbidden', code: 'unsupported_country_region_territory' },
    ],
  ],
  [404, ['The model does not exist or you do not have access to it.', { code: 'model_not_found' }]],
  [408, ['The request timed out.', { type: 'timeout', code: 'request_timeout' }]],
  [413, ['The request is too large.', { code: 'request_too_large' }]],
  [
    429,
    ['Rate limit reached for requests. Please try again in 1s.', { type: 'requests', code: 'rate_limit_exceeded' }],
  ],
  [500, ['The server had an error while processing your request.', {}]],
  [502, ['Bad gateway.', {}]],
  [
    503,
    [
      'The engine is currently overloaded, please try again later.',
      { type: 'service_unavailable_error', code: 'server_is_overloaded' },
    ],
  ],
  [504, ['The model took too long to answer.', { type: 'timeout' }]],
  [529, ['Overloaded.', { type: 'overloaded_error' }]],
]);

/** 404, in OpenAI's words. */
export function unknownModel(model: string): DemoError {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return new DemoError(404, message, { param: 'model', code: 'model_not_found' });
}

/** 404 of a path that the demo does not serve. */
export function unknownPath(method: string, path: string): DemoError {
  return new DemoError(404, `Invalid URL (${method} ${path})`, { code: 'unknown_url' });
}

/** 405; `allowed` is the method that the path takes. */
export function wrongMethod(method: string, path: string, allowed: string): DemoError {
  const message = `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`;
  return new DemoError(405, message, { code: 'method_not_supported' }, { allow: allowed });
}
