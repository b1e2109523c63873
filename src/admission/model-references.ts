import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { leadsTo } from '../routing/untried.ts';
import type { Context } from '../context.ts';
import { JsonBody } from './json-body.ts';
import { OpenedIds } from './opened-ids.ts';

/**
 * Opens the sealed ids in the body of a request to a model (files, vector stores, cached contents, addresses of files),
 * and keeps the request to the backend that they lead to. Throws the Refusal of one that is not this caller's, or that
 * another backend keeps than those of the model.
 */
export function openReferences(exchange: Exchange, context: Context): void {
  const { body } = exchange;
  const { passthrough, seal } = context.snapshot;
  if (passthrough === undefined || seal === undefined || body?.text === undefined) return;
  const ids = new OpenedIds(exchange, context);
  const text = ids.in(body.text, true);
  if (text === body.text || ids.backend === undefined) return;
  const { pinned } = exchange;
  if ((pinned !== undefined && pinned !== ids.backend) || !leadsTo(ids.backend, exchange, context)) {
    const message = `The ids in this request belong to the backend ${ids.backend}, and no route of the model leads there, or the request has ids of another backend as well.`;
    throw new Refusal('resource_not_found', message);
  }
  exchange.pinned = ids.backend;
  exchange.body = new JsonBody(text, Buffer.byteLength(text));
}
