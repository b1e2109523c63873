import type { Exchange } from '../core/exchange.ts';
import { Aborted } from '../core/failure.ts';
import type { JsonAnswer, LocalAnswer, PageAnswer, PiecewiseAnswer } from '../core/local-answer.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { aliasNamed, usable } from '../admission/accept.ts';
import type { Context } from '../context.ts';
import { logBug } from '../records/log-bug.ts';
import { finish } from '../records/finish.ts';
import { showTaps } from '../records/taps.ts';
import { ownResponse } from './client-headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1);

type Answering = (exchange: Exchange, client: Protocol, context: Context) => LocalAnswer | Promise<LocalAnswer>;

/** Answers what needs no backend, once it is admitted. */
export function local(answering: Answering) {
  return async (
    admitted: void | Promise<void>,
    exchange: Exchange,
    client: Protocol,
    context: Context,
  ): Promise<Response> => {
    await admitted;
    const answer = await answering(exchange, client, context);
    return 'pieces' in answer ? piecewise(answer, exchange, client, context) : whole(answer, exchange, client, context);
  };
}

/** The models that the caller may ask for. */
export function modelList({ caller }: Exchange, { models }: Protocol, { snapshot }: Context): LocalAnswer {
  return { body: models.list(usable(caller, snapshot), CREATED) };
}

/** One of them, by its name in the path. */
export function oneModel(exchange: Exchange, { models }: Protocol, { snapshot }: Context): LocalAnswer {
  return { body: models.one(aliasNamed(exchange.endpoint?.target ?? '', exchange, snapshot).name, CREATED) };
}

/** What operators ask for. */
export function adminAnswer(exchange: Exchange, _client: Protocol, context: Context): Promise<LocalAnswer> {
  return context.admin.answer(exchange, context);
}

/** Signing in to the console, and out. */
export function signInAnswer(exchange: Exchange, _client: Protocol, context: Context): Promise<LocalAnswer> {
  return context.signIn.answer(exchange, context);
}

function whole(answer: JsonAnswer | PageAnswer, exchange: Exchange, protocol: Protocol, context: Context): Response {
  const { status = 200, errorCode } = answer;
  const { delivery } = exchange;
  const isPage = 'html' in answer;
  const own = isPage ? answer.html : JSON.stringify(answer.body);
  const bytes = encoder.encode(context.snapshot.scrubber?.scrubText(own) ?? own);
  delivery.status = status;
  if (errorCode !== undefined) delivery.errorCode = errorCode;
  delivery.bytesOut = bytes.byteLength;
  showTaps(exchange, bytes, context.log);
  finish(exchange, context);
  const headers = { 'content-type': isPage ? 'text/html; charset=utf-8' : 'application/json', ...answer.headers };
  const response = ownResponse(bytes, { status, headers }, { exchange, protocol });
  for (const cookie of answer.cookies ?? []) response.headers.append('set-cookie', cookie);
  return response;
}

/** Sends the pieces as the client takes them. What goes wrong after the first cuts the answer off, which a client notices. */
function piecewise(
  { pieces, headers }: PiecewiseAnswer,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Response {
  const { delivery } = exchange;
  const { scrubber } = context.snapshot;
  delivery.status = 200;
  const iterator = pieces[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next: IteratorResult<string, unknown> = await iterator.next();
        if (next.done === true) {
          finish(exchange, context);
          controller.close();
          return;
        }
        const bytes = encoder.encode(scrubber?.scrubText(next.value) ?? next.value);
        delivery.bytesOut += bytes.length;
        showTaps(exchange, bytes, context.log);
        controller.enqueue(bytes);
      } catch (error) {
        delivery.errorCode = 'internal_error' satisfies GatewayErrorCode;
        logBug(error, exchange, context.log);
        finish(exchange, context);
        controller.error(error);
      }
    },
    async cancel() {
      exchange.abort(new Aborted('client_gone'));
      finish(exchange, context);
      await iterator.return?.();
    },
  });
  return ownResponse(body, { status: 200, headers }, { exchange, protocol });
}

const encoder = new TextEncoder();
