import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { jsonFootprint } from '../lib/json-footprint.ts';
import type { Protocol, ReferenceStore } from '../protocols/protocol.ts';
import { holdBytes } from '../core/buffered-bytes.ts';
import type { Work } from '../core/work.ts';
import { workOf } from '../core/body-work.ts';
import { leadsTo } from '../routing/untried.ts';
import type { Context } from '../context.ts';
import { JsonBody } from './json-body.ts';
import { locate } from '../routing/locate.ts';
import { openReferences } from './model-references.ts';

/**
 * Sees to what a request refers to by id instead of saying it: what the gateway keeps itself is put in its place, and
 * what a backend keeps leads there, if it is known which one. Throws the Refusal of what is not this caller's.
 */
export function resolveKept(exchange: Exchange, client: Protocol, context: Context): void {
  if (exchange.endpoint?.handler !== 'model') return;
  resolveState(exchange, client, context);
  openReferences(exchange, context);
}

function resolveState(exchange: Exchange, { providerState }: Protocol, context: Context): void {
  const { body } = exchange;
  if (providerState === undefined || body?.text === undefined) return;
  const { fields } = body;
  if (!context.snapshot.hasManyCallers && !providerState.refers(fields)) return;
  const work = workOf(exchange, context.snapshot.work);
  const text = providerState.resolve(body.text, fields, storeOf(exchange, body.text, work, context));
  if (text === body.text) return;
  exchange.body = new JsonBody(text, Buffer.byteLength(text));
}

/** What the caller's references can stand for. Together they may make as many bytes as a body may have: each can be repeated. */
function storeOf(exchange: Exchange, text: string, work: Work, context: Context): ReferenceStore {
  const { snapshot, itemStore, owners } = context;
  const { callerId } = exchange;
  let bytes = Buffer.byteLength(text);
  return {
    item: (id) => {
      const item = itemStore.find(callerId, id);
      if (item === undefined) return undefined;
      const itemBytes = Buffer.byteLength(item);
      bytes += itemBytes;
      if (bytes > snapshot.maxBodyBytes) throw tooLarge(snapshot.maxBodyBytes);
      work.takeUnits(item.length, 'input');
      work.takeJson(item, 'input');
      holdBytes(exchange, itemBytes + jsonFootprint(item, context.random), context);
      return item;
    },
    refer: (id, field) => {
      const located = locate(id, exchange, context);
      if (located === undefined) throw unknown(id, field);
      if (located.backend !== undefined) pin(located.backend, field, exchange, context);
      return located.id;
    },
    isOwn: snapshot.hasManyCallers
      ? (id) => itemStore.find(callerId, id) !== undefined || owners.backendOf(callerId, id) !== undefined
      : undefined,
  };
}

/** Where callers share accounts, an id means something at its own backend alone, and must not get to another. */
function pin(backend: string, field: string, exchange: Exchange, context: Context): void {
  const { pinned } = exchange;
  const isPinned = leadsTo(backend, exchange, context);
  if (isPinned) exchange.pinned = backend;
  if (!context.snapshot.hasManyCallers || (isPinned && (pinned === undefined || pinned === backend))) return;
  const why = `stands for what the backend ${backend} keeps, and the model has no route there, or the request refers to another backend as well`;
  throw new Refusal(codeOf(field), `The id in \`${field}\` ${why}.`, { param: field });
}

/** The same for what was never there and for what is another caller's. */
function unknown(id: string, field: string): Refusal {
  const message = `Nothing is kept for this caller under the id \`${id.slice(0, 100)}\`. Send what it stands for, or leave it out.`;
  return new Refusal(codeOf(field), message, { param: field });
}

function codeOf(field: string): 'previous_response_not_found' | 'resource_not_found' {
  return field === 'previous_response_id' ? 'previous_response_not_found' : 'resource_not_found';
}

function tooLarge(maxBytes: number): Refusal {
  const message = `With the items that \`input\` refers to, the body is over the limit of ${maxBytes / 1024 / 1024} MiB (server.max_body_mb). Refer to less.`;
  return new Refusal('body_too_large', message, { param: 'input' });
}
