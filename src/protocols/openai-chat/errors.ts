import { asObject } from '../../lib/json.ts';
import { errorStatus, readError } from '../openai/error-body.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import type { ErrorGrammar } from '../protocol.ts';

/** How errors look in this dialect: `{error: {message, type, param, code}}`. */
export const errors: ErrorGrammar = {
  body: errorBody,
  event: errorEvent,
  asEvent: errorAsEvent,
  read: readError,
  status: errorStatus,
};

/** `{"error":{message,type,param,code}}` */
export function errorBody({ message, type, code, param }: GatewayError): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** The SDKs throw on a `data` line with an `error` member. */
export function errorEvent(error: GatewayError): string {
  return `data: ${errorBody(error)}\n\n`;
}

/** The body of an upstream error as an event. */
export function errorAsEvent(body: unknown): string | undefined {
  const holder = asObject(Array.isArray(body) ? body[0] : body);
  if (holder === undefined || readError(holder) === undefined) return undefined;
  return `data: ${JSON.stringify(holder['object'] === 'error' ? { error: holder } : holder)}\n\n`;
}
