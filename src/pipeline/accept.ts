import type { Arrival, Body } from '../core/exchange.ts';
import { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { NamedAlias } from '../core/route.ts';
import { isAddress } from '../lib/address-list.ts';
import { nearest } from '../lib/nearest.ts';
import type { Snapshot } from '../snapshot.ts';
import { traceIdOf } from '../observe/trace.ts';
import { findAlias } from './aliases.ts';
import type { Context } from './context.ts';
import { readForm } from './form.ts';
import { JsonBody, readText } from './json-body.ts';
import { unreadable } from './read-limited.ts';

/** Opens the exchange of a request, from its head alone. */
export function acceptHead(arrival: Arrival, { snapshot, clock }: Context): Exchange {
  const { headers } = arrival.request;
  return new Exchange(arrival, traceIdOf(headers), clientAddress(arrival.peer, headers, snapshot), clock);
}

/** Reads the body and finds the alias that it names. Throws a Refusal for what cannot be served. */
export async function acceptBody(exchange: Exchange, { snapshot, clock }: Context): Promise<void> {
  const { request } = exchange;
  const type = request.headers.get('content-type') ?? '';
  const isForm = type.startsWith('multipart/form-data');
  const from = clock.now();
  let read: string | Body;
  try {
    read = await (isForm ? readForm(request, type, snapshot.maxBodyBytes) : readText(request, snapshot.maxBodyBytes));
  } catch (error) {
    // A form says itself what is wrong with it.
    throw error instanceof Refusal || isForm ? error : unreadable();
  }
  exchange.elsewhereMs += clock.now() - from;
  const body = typeof read === 'string' ? new JsonBody(read) : read;
  exchange.body = body;
  exchange.bytesIn = body.bytes;
  exchange.stream = body.fields['stream'] === true || (body.text === undefined && body.fields['stream'] === 'true');
  const name = modelOf(body);
  exchange.askedName = name;
  exchange.asked = findAlias(snapshot, name) ?? unknownModel(name, snapshot);
}

/** The alias for `name`, for `GET /v1/models/{id}`. Throws a Refusal if there is none. */
export function aliasNamed(name: string, snapshot: Snapshot): NamedAlias {
  return findAlias(snapshot, name) ?? unknownModel(name, snapshot);
}

function modelOf(body: Body): string {
  const model = body.fields['model'];
  if (typeof model === 'string' && model !== '') return model;
  const wrong = model === undefined ? 'is missing' : model === '' ? 'is empty' : 'is not a string';
  throw new Refusal(
    'missing_model',
    `The field \`model\` ${wrong}. Name one of the models that GET /v1/models lists.`,
    { param: 'model' },
  );
}

function unknownModel(name: string, snapshot: Snapshot): never {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  const near = nearest(name.slice(0, 100), [...snapshot.aliases.keys()]);
  const hint =
    near.length > 0
      ? ` Did you mean ${near.map((alias) => `\`${alias}\``).join(' or ')}?`
      : ' GET /v1/models lists those there are.';
  throw new Refusal('model_not_found', `The model \`${shown}\` does not exist here.${hint}`, { param: 'model' });
}

/** The socket's address; behind a trusted proxy the right-most entry of X-Forwarded-For that is no trusted proxy. */
function clientAddress(peer: string, headers: Headers, { trustedProxies }: Snapshot): string {
  if (!trustedProxies.has(peer)) return peer;
  const chain = (headers.get('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim());
  const client = chain.filter((entry) => entry !== '').findLast((entry) => !trustedProxies.has(entry));
  return client !== undefined && isAddress(client) ? client : peer;
}
