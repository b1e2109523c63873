import type { Exchange } from '../core/exchange.ts';
import { aliasNamed } from './accept.ts';
import type { Context } from './context.ts';
import { finish } from './finish.ts';
import { describeExchange } from './headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1) / 1000;

/** Answers what needs no backend: the list of aliases, and one of them. Undefined for everything else. */
export function answerLocally(exchange: Exchange, context: Context): Response | undefined {
  const { endpoint } = exchange;
  if (endpoint?.kind === 'models') {
    const names = [...context.snapshot.aliases.keys()];
    return respond({ object: 'list', data: names.map(model) }, exchange, context);
  }
  if (endpoint?.kind !== 'model_by_id') return undefined;
  return respond(model(aliasNamed(endpoint.target, context.snapshot).name), exchange, context);
}

function model(id: string): object {
  return { id, object: 'model', created: CREATED, owned_by: 'llm-proxy' };
}

function respond(body: object, exchange: Exchange, context: Context): Response {
  const text = JSON.stringify(body);
  exchange.status = 200;
  exchange.bytesOut = Buffer.byteLength(text);
  finish(exchange, context);
  const headers = new Headers({ 'content-type': 'application/json', 'x-request-id': exchange.traceId });
  return new Response(text, { headers: describeExchange(headers, exchange) });
}
