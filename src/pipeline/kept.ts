import type { Exchange } from '../core/exchange.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { pinTo } from './choose.ts';
import type { Context } from './context.ts';
import { JsonBody } from './json-body.ts';

/**
 * Sees to what a request refers to by id instead of saying it: what the gateway keeps itself is put in its place, and
 * what a backend keeps leads there, if it is known which one.
 */
export function resolveKept(exchange: Exchange, { keeping }: Protocol, context: Context): void {
  const { body } = exchange;
  if (keeping === undefined || body?.text === undefined) return;
  const ids = keeping.idsIn(body.fields);
  if (ids.length === 0) return;
  const text = keeping.expand(body.text, body.fields, (id) => context.kept.find(id));
  if (text !== body.text) exchange.body = new JsonBody(text, Buffer.byteLength(text));
  for (const id of ids) {
    const backend = context.stored.backendOf(id);
    if (backend !== undefined) pinTo(backend, exchange, context);
  }
}
