import { reportOf } from '../backends/report.ts';
import type { Exchange } from '../core/exchange.ts';
import { aliasNamed } from './accept.ts';
import { admitRate } from './admit.ts';
import type { Context } from './context.ts';
import { finish } from './finish.ts';
import { describeExchange } from './headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1) / 1000;

/** Answers what needs no backend: the aliases, and what operators ask for. */
export async function answerLocally(exchange: Exchange, context: Context): Promise<Response> {
  const { endpoint } = exchange;
  const { snapshot, clock } = context;
  // Operators must get through when everybody is at a limit.
  if (endpoint?.kind === 'models' || endpoint?.kind === 'model_by_id') admitRate(exchange, context);
  switch (endpoint?.kind) {
    case 'models':
      return respond({ object: 'list', data: Array.from(snapshot.aliases.keys(), model) }, exchange, context);
    case 'model_by_id':
      return respond(model(aliasNamed(endpoint.target, snapshot).name), exchange, context);
    case 'backends': {
      const backends = Array.from(snapshot.backends.values(), ({ live }) => reportOf(live, clock));
      const { running, waiting } = context.concurrency;
      return respond({ backends, requests: { running, waiting } }, exchange, context);
    }
    case 'reload': {
      const outcome = await context.reload();
      if (outcome.result === 'refused') exchange.errorCode = 'invalid_config';
      return respond(outcome, exchange, context, outcome.result === 'reloaded' ? 200 : 422);
    }
    default:
      throw new Error(`${exchange.path} is not answered here`);
  }
}

function model(id: string): object {
  return { id, object: 'model', created: CREATED, owned_by: 'llm-proxy' };
}

function respond(body: object, exchange: Exchange, context: Context, status = 200): Response {
  const text = JSON.stringify(body);
  exchange.status = status;
  exchange.bytesOut = Buffer.byteLength(text);
  finish(exchange, context);
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': exchange.traceId });
  return new Response(text, { status, headers: describeExchange(headers, exchange) });
}
