import { CONSEQUENCES } from '../core/failure.ts';
import type { FailureKind } from '../core/failure.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import type { Refusal } from '../core/refusal.ts';

/** What tells the client of a stream that it was broken off. */
export function interruption(kind: FailureKind, code: string, requestId: string): GatewayError {
  const { words } = CONSEQUENCES[kind];
  return {
    status: 502,
    message: `The answer is incomplete: the backend ${words}. Discard it and send the request again.`,
    type: 'server_error',
    code,
    param: null,
    requestId,
  };
}

/** What tells the client of a stream that the gateway itself has ended it: a budget has nothing left for the rest. */
export function cutShort({ status, code, type, message }: Refusal, requestId: string): GatewayError {
  return { status, message: `The answer is incomplete. ${message}`, type, code, param: null, requestId };
}
