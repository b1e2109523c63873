import type { Failure, FailureKind } from '../core/failure.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** A backend's error for a client of another dialect: status, type, code and message as that one has them. */
export function translateError(failure: Failure, client: Protocol, requestId: string): GatewayError {
  const { error, kind, retryAfterMs } = failure;
  const meant = failure.meantStatus ?? failure.status ?? 502;
  const status = client.errors.status(meant);
  return {
    status,
    message: error?.message ?? `The backend answered with status ${meant} and no word of explanation.`,
    type: status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error',
    code: CODES[kind] ?? error?.code ?? error?.type ?? null,
    param: null,
    retryAfterMs,
    requestId,
  };
}

/** What every dialect's clients know by OpenAI's word. */
const CODES: Readonly<Partial<Record<FailureKind, string>>> = {
  context_length: 'context_length_exceeded',
  content_filter: 'content_filter',
  rate_limited: 'rate_limit_exceeded',
  overloaded: 'server_is_overloaded',
};
