/** An error in neutral form. */
export interface GatewayError {
  readonly status: number;
  readonly message: string;
  /** In OpenAI's terms: `invalid_request_error`, `rate_limit_error`, `server_error`. Other dialects go by `status`. */
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  /** When to try again, in milliseconds, for dialects that say so in the body. */
  readonly retryAfterMs?: number | undefined;
  /** The request's id, for dialects whose errors contain it. */
  readonly requestId?: string | undefined;
}
