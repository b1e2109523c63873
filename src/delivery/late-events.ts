import { CONSEQUENCES } from '../core/failure.ts';
import type { Exchange } from '../core/exchange.ts';
import { ERROR_CODES } from '../core/refusal.ts';
import { isJson } from '../lib/is-json.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { framedError, framedWhole } from '../translation/framing.ts';
import type { Exhausted, LongSource, PlainAnswer, Refused } from '../core/outcome.ts';
import { endingOf } from './ending.ts';
import type { Ending } from './ending.ts';

/** The longest plain answer that is taken in to be told as events; longer ones are no completions. */
const MOST_HELD_BYTES = 64 * 1024 * 1024;

/**
 * An outcome that is no stream, as the events of a response that had begun before it was known. Once a stream has begun
 * it has no status of its own any more, and no other way to say anything than by events.
 */
export function lateEvents(
  outcome: PlainAnswer | LongSource | Exhausted | Refused,
  exchange: Exchange,
  client: Protocol,
): string | Uint8Array | Promise<string> {
  switch (outcome.type) {
    case 'plain':
      return outcome.isStream === true ? outcome.body : plainAsEvents(outcome, exchange, client);
    case 'long':
      return longAsEvents(outcome, exchange, client);
    default: {
      const ending = endingOf(outcome, exchange, client);
      exchange.delivery.status = ending.status;
      return errorAlone(eventOf(ending, client), client);
    }
  }
}

/** An answer that is no completion can no longer be passed on. */
function plainAsEvents(
  { status, json }: Pick<PlainAnswer, 'status' | 'json'>,
  { delivery, traceId }: Exchange,
  client: Protocol,
): string {
  const events = client.stream.fromPlain(json);
  if (events !== undefined) return framedWhole(events, client);
  const code = 'upstream_broken_answer';
  delivery.status = ERROR_CODES[code].status;
  delivery.errorCode = code;
  const event = client.errors.event({
    status: delivery.status,
    message: `The backend answered with status ${status}, which cannot be passed on when a stream has begun.`,
    type: ERROR_CODES[code].type,
    code,
    param: null,
    requestId: traceId,
  });
  return errorAlone(event, client);
}

/** It has to be held for that. */
async function longAsEvents(answer: LongSource, exchange: Exchange, client: Protocol): Promise<string> {
  try {
    const json = await answer.whole(MOST_HELD_BYTES);
    const broken = client.brokenEnd(json);
    if (broken !== undefined) throw new Error(`the answer ends with ${broken.word}`);
    return plainAsEvents({ status: answer.status, json }, exchange, client);
  } catch {
    const code = brokenCode(exchange);
    exchange.delivery.breakOff(code);
    const message = 'The backend’s answer broke off, or was none that can be passed on. Send the request again.';
    const error = { status: 502, message, type: 'server_error', code, param: null, requestId: exchange.traceId };
    return errorAlone(client.errors.event(error), client);
  }
}

/** The code of a response that broke off: the limit that was gone over, if it was one. */
export function brokenCode({ aborted, delivery }: Exchange): string {
  const kind = aborted?.kind ?? delivery.attempt?.failure?.kind;
  return kind?.endsWith('_timeout') === true ? CONSEQUENCES[kind].code : 'stream_interrupted';
}

/** What the client would have got as a body had it not been kept waiting. */
function eventOf(ending: Ending, { errors }: Protocol): string {
  return (ending.type === 'answer' ? errors.asEvent(errorIn(ending)) : undefined) ?? errors.event(ending.error);
}

/** What is no JSON is no error of the client's dialect, unless it came as an event of a stream. */
function errorIn({ answer, said }: Extract<Ending, { type: 'answer' }>): unknown {
  const body = new TextDecoder().decode(answer.body);
  return isJson(body) ? JSON.parse(body) : { error: said.error?.object };
}

/** An error event of a stream in which none went before. */
function errorAlone(event: string, client: Protocol): string {
  return framedError(event, client.stream.framing?.open());
}
