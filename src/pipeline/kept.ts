import type { Exchange } from '../core/exchange.ts';
import { Work } from '../core/work.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { measured } from './body-work.ts';
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
  const work = exchange.work ?? new Work(context.snapshot.work);
  const text = keeping.expand(body.text, body.fields, (id) => {
    const item = context.kept.find(id);
    work.takeUnits(item?.length ?? 0, 'input');
    return item;
  });
  if (text !== body.text) {
    exchange.work = measured(text, work);
    exchange.body = new JsonBody(text, Buffer.byteLength(text));
  }
  for (const id of ids) {
    const backend = context.stored.backendOf(id);
    if (backend !== undefined) pinTo(backend, exchange, context);
  }
}
