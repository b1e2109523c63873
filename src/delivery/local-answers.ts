import type { Handler } from '../core/endpoint-row.ts';
import { reportOf } from '../routing/report.ts';
import type { Exchange } from '../core/exchange.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { aliasNamed, usable } from '../admission/accept.ts';
import type { Context } from '../context.ts';
import { finish } from '../records/finish.ts';
import { showTaps } from '../records/taps.ts';
import { ownResponse } from './client-headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1);

/** Answers what needs no backend: the aliases, and what operators ask for. */
export async function answerLocally(exchange: Exchange, client: Protocol, context: Context): Promise<Response> {
  const { handler = '' } = exchange.endpoint ?? {};
  const answerOf = ANSWERS.get(handler);
  if (answerOf === undefined) throw new Error(`${exchange.path} is not answered here`);
  const { body, status = 200 } = await answerOf(exchange, client, context);
  const own = JSON.stringify(body);
  const text = context.snapshot.scrubber?.scrubText(own) ?? own;
  const bytes = encoder.encode(text);
  showTaps(exchange, bytes, context.log);
  exchange.delivery.status = status;
  exchange.delivery.bytesOut = bytes.byteLength;
  finish(exchange, context);
  const headers = { 'content-type': 'application/json' };
  return ownResponse(bytes, { status, headers }, { exchange, protocol: client });
}

interface LocalAnswer {
  readonly body: unknown;
  /** 200 unless told. */
  readonly status?: number;
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
  ['backends', (_exchange, _client, context) => ({ body: backendsOf(context) })],
  ['status', (_exchange, _client, context) => ({ body: context.status() })],
  ['reload', (exchange, _client, context) => reload(exchange, context)],
]);

function backendsOf({ snapshot, clock, queue, running }: Context): unknown {
  const backends = Array.from(snapshot.backends.values(), ({ live }) => reportOf(live, clock));
  return { backends, requests: { running: running(), waiting: queue.waiting } };
}

async function reload(exchange: Exchange, context: Context): Promise<LocalAnswer> {
  const outcome = await context.reload();
  if (outcome.result === 'refused') exchange.delivery.errorCode = 'invalid_config' satisfies GatewayErrorCode;
  return { body: outcome, status: outcome.result === 'reloaded' ? 200 : 422 };
}

const encoder = new TextEncoder();
