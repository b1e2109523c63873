import type { Exchange } from '../core/exchange.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure, HeldAnswer } from '../core/failure.ts';
import type { Refusal } from '../core/refusal.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Exhausted, Refused } from '../core/outcome.ts';
import { answerToPassOn, errorOf, isRefused, refusalOf } from './explain.ts';
import { translateError } from '../translation/translate-error.ts';

/** What the client of a request gets that nothing served, whether or not its response has begun. */
export type Ending =
  | { readonly type: 'refusal'; readonly refusal: Refusal; readonly status: number; readonly error: GatewayError }
  | {
      /** An upstream's answer, in the client's own dialect. */
      readonly type: 'answer';
      readonly answer: HeldAnswer;
      readonly said: Failure;
      readonly status: number;
      /** The same, where it is no error that an event could tell. */
      readonly error: GatewayError;
    }
  | {
      /** An upstream's answer, which has to be told in the client's dialect. */
      readonly type: 'translated';
      readonly answer: HeldAnswer;
      readonly status: number;
      readonly error: GatewayError;
    };

/** Decides that, and notes it in the exchange: the same backend and code, early or late. */
export function endingOf(outcome: Exhausted | Refused, exchange: Exchange, client: Protocol): Ending {
  const answer = outcome.type === 'refused' ? undefined : answerToPassOn(outcome, exchange);
  if (outcome.type === 'refused' || answer === undefined) {
    const refusal = outcome.type === 'refused' ? outcome.refusal : refusalOf(outcome, exchange);
    noteRefusal(refusal, exchange);
    return {
      type: 'refusal',
      refusal,
      status: client.errors.status(refusal.status),
      error: errorOf(refusal, exchange.traceId),
    };
  }
  const { answered } = outcome;
  const said = answered?.failure ?? outcome.failure ?? transportFailure('broken_answer');
  exchange.delivery.errorCode = said.detail ?? said.kind;
  // It is this answer that the client gets, not what came of later tries.
  exchange.delivery.attempt = answered;
  const waitMs = waitOf(answer, outcome);
  const error = { ...translateError(said, client, exchange.traceId), retryAfterMs: waitMs };
  const isReadable = answered?.upstreamProtocol === client.name && said.isForeign !== true;
  return isReadable
    ? { type: 'answer', answer, said, status: answer.status, error }
    : { type: 'translated', answer, status: error.status, error };
}

/** Notes what the gateway itself turned down. */
export function noteRefusal(refusal: Refusal, exchange: Exchange): void {
  const { delivery } = exchange;
  delivery.errorCode = refusal.code;
  delivery.errorDetail = refusal.details.detail;
  delivery.refused = isRefused(refusal, exchange);
}

/** Rate limits, and the two ways to say "overloaded". */
export const ASKS_TO_WAIT: ReadonlySet<number> = new Set([429, 503, 529]);

/** A new try in less makes no sense. */
const SOONEST_MS = 1000;

/** How long to wait before a new try, where an upstream's answer asks for that; undefined where it does not. */
function waitOf({ status }: HeldAnswer, { retryAfterMs, answered }: Exhausted): number | undefined {
  if (!ASKS_TO_WAIT.has(answered?.failure?.meantStatus ?? status)) return undefined;
  // A backend's own wish holds as long as no other is due back before.
  const wished = answered?.failure?.retryAfterMs;
  const isSooner = wished === undefined || (retryAfterMs > 0 && retryAfterMs < wished);
  return isSooner ? Math.max(SOONEST_MS, retryAfterMs) : wished;
}
