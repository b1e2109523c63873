import { acceptBody, acceptBytes } from './admission/accept.ts';
import { acceptPassthrough } from './admission/passthrough.ts';
import type { Context } from './context.ts';
import type { Handler } from './core/endpoint-row.ts';
import type { Exchange } from './core/exchange.ts';
import { emit, emitEarly } from './delivery/emit.ts';
import { adminAnswer, local, modelList, oneModel, signInAnswer } from './delivery/local-answers.ts';
import { takesLonger } from './lib/takes-longer.ts';
import type { Protocol } from './protocols/protocol.ts';
import { serve } from './serving/serve.ts';

/** What an endpoint does with a request. */
export interface EndpointHandler {
  /** Takes the body and finds what is asked for. Undefined: the body is not read, and nothing reaches a backend. */
  readonly accept?: (exchange: Exchange, context: Context) => Promise<void>;
  /** Links may answer before a backend is asked. */
  readonly hasLinks?: true;
  /**
   * Answers a request once it is `admitted`. Undefined: the request has become a connection of its own, which its
   * `Arrival.upgrade` has made. Throws or rejects with a Refusal for what cannot be answered.
   */
  readonly answer: (
    admitted: void | Promise<void>,
    exchange: Exchange,
    client: Protocol,
    context: Context,
  ) => Response | undefined | Promise<Response | undefined>;
}

/** What the server answers before it is an exchange (`server/route-request.ts`). */
const BY_SERVER: EndpointHandler = {
  answer: (_admitted, { path }) => {
    throw new Error(`${path} is answered by the server`);
  },
};

/** What handles the requests of each row of the table of endpoints. */
export const HANDLERS: Readonly<Record<Handler, EndpointHandler>> = {
  model: { accept: acceptBody, hasLinks: true, answer: answerServed },
  resource: { accept: acceptBytes, hasLinks: true, answer: answerServed },
  passthrough: { accept: acceptPassthrough, hasLinks: true, answer: answerServed },
  models: { answer: local(modelList) },
  model_by_id: { answer: local(oneModel) },
  admin: { answer: local(adminAnswer) },
  sign_in: { answer: local(signInAnswer) },
  console: BY_SERVER,
  health: BY_SERVER,
  ready: BY_SERVER,
  metrics: BY_SERVER,
};

/** What reaches a backend, or a link before it. A stream whose outcome is long in coming begins without it. */
async function answerServed(
  admitted: void | Promise<void>,
  exchange: Exchange,
  client: Protocol,
  context: Context,
): Promise<Response> {
  const outcome = serve(admitted, exchange, client, context);
  if (exchange.stream && (await isSlow(outcome, context))) return emitEarly(outcome, exchange, client, context);
  return emit(await outcome, exchange, client, context);
}

/** True if a stream's outcome takes so long that its client must hear something meanwhile. */
async function isSlow(outcome: Promise<unknown>, { clock, snapshot }: Context): Promise<boolean> {
  return snapshot.keepAliveMs !== Infinity && (await takesLonger(outcome, snapshot.keepAliveMs, clock));
}
