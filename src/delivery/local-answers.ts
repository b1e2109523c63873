import type { Handler } from '../core/endpoint-row.ts';
import type { Exchange } from '../core/exchange.ts';
import { Aborted } from '../core/failure.ts';
import type { LocalAnswer, PiecewiseAnswer } from '../core/local-answer.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { aliasNamed, usable } from '../admission/accept.ts';
import type { Context } from '../context.ts';
import { logBug } from '../records/log-bug.ts';
import { finish } from '../records/finish.ts';
import { ownResponse } from './client-headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1);

/** Answers what needs no backend: the aliases, and what operators ask for. */
export async function answerLocally(exchange: Exchange, client: Protocol, context: Context): Promise<Response> {
  const { handler = '' } = exchange.endpoint ?? {};
  const answerOf = ANSWERS.get(handler);
  if (answerOf === undefined) throw new Error(`${exchange.path} is not answered here`);
  const answer = await answerOf(exchange, client, context);
  if ('pieces' in answer) return piecewise(answer, exchange, client, context);
  const { body, status = 200, errorCode } = answer;
  const own = JSON.stringify(body);
  const text = context.snapshot.scrubber?.scrubText(own) ?? own;
  exchange.delivery.status = status;
  if (errorCode !== undefined) exchange.delivery.errorCode = errorCode;
  exchange.delivery.bytesOut = Buffer.byteLength(text);
  finish(exchange, context);
  const headers = { 'content-type': 'application/json', ...answer.headers };
  return ownResponse(text, { status, headers }, { exchange, protocol: client });
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
  const encoder = new TextEncoder();
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

type Answering = (exchange: Exchange, client: Protocol, context: Context) => LocalAnswer | Promise<LocalAnswer>;

const ANSWERS: ReadonlyMap<string, Answering> = new Map<Handler, Answering>([
  ['models', ({ caller }, { models }, { snapshot }) => ({ body: models.list(usable(caller, snapshot), CREATED) })],
  [
    'model_by_id',
    (exchange, { models }, { snapshot }) => ({
      body: models.one(aliasNamed(exchange.endpoint?.target ?? '', exchange, snapshot).name, CREATED),
    }),
  ],
  ['admin', (exchange, _client, context) => context.admin.answer(exchange, context)],
]);
