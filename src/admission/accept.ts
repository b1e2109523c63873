import { mayUse, modelLists, type Caller } from '../core/caller.ts';
import { noticeDisconnect } from '../core/client-disconnects.ts';
import type { Arrival, Body, Endpoint, Operation } from '../core/exchange.ts';
import { Exchange } from '../core/exchange.ts';
import type { Aborted } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import { MAX_NAME_CHARS } from '../core/route.ts';
import type { NamedAlias } from '../core/route.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { isAddress } from '../lib/address-list.ts';
import { jsonFootprint } from '../lib/json-footprint.ts';
import { nearest } from '../lib/nearest.ts';
import type { Snapshot } from '../snapshot.ts';
import { keepBodies } from '../records/bodies/keep-bodies.ts';
import { traceIdOf } from '../records/trace.ts';
import { findAlias } from '../routing/aliases.ts';
import { measureLarge } from '../core/body-work.ts';
import { holdBytes } from '../core/buffered-bytes.ts';
import type { Context } from '../context.ts';
import { deadlineOf } from '../routing/deadline.ts';
import { readForm } from './form.ts';
import { JsonBody, readText } from './json-body.ts';
import { unreadable } from './read-limited.ts';

/** Opens the exchange of a request, from its head alone. */
export function acceptHead(
  arrival: Arrival,
  { snapshot, clock }: Context,
  onFinished: (exchange: Exchange) => void,
): Exchange {
  const { headers } = arrival;
  const traceId = traceIdOf(headers);
  const sender = {
    traceId,
    clientIp: clientAddress(arrival.peer, headers, snapshot),
    trace: snapshot.tracing?.begin({ headers, traceId }),
  };
  return new Exchange(arrival, sender, clock, onFinished);
}

/** Reads the body and finds the alias that it names. Throws a Refusal for what cannot be served. */
export async function acceptBody(exchange: Exchange, context: Context): Promise<void> {
  const { snapshot } = context;
  const { endpoint, request } = exchange;
  const hasNone = endpoint?.modelIs === 'absent' && request.body === null;
  const body = hasNone ? undefined : bodyOf(await readBody(exchange, context), exchange, context);
  exchange.body = body;
  exchange.stream = endpoint?.stream ?? (body !== undefined && asksForStream(body, endpoint?.operation));
  if (body !== undefined) refuseOtherModels(body, exchange);
  const name = endpoint?.model ?? endpoint?.alias ?? modelOf(body, endpoint, snapshot);
  const isName = name.length <= MAX_NAME_CHARS;
  exchange.askedName = isName ? name : `${name.slice(0, MAX_NAME_CHARS)}…`;
  exchange.asked = aliasNamed(name, exchange, snapshot);
  exchange.endBy(deadlineOf(exchange, snapshot.totalMs), context.clock);
}

/** Makes of a form what it is already, of a text the JSON that it is to be. */
function bodyOf(read: string | Body, exchange: Exchange, context: Context): Body {
  if (typeof read !== 'string') return read;
  measureLarge(read, exchange, context.snapshot.work);
  const body = jsonBody(read, exchange, context);
  const { alias, toDialect } = exchange.endpoint ?? {};
  const own = toDialect?.(read, body.fields);
  if (own === undefined) return body;
  // Before it has another form.
  keepBodies(exchange, context, alias === undefined ? undefined : findAlias(context.snapshot, alias), read);
  for (const [name, value] of Object.entries(own.headers ?? {})) {
    const given = exchange.headers[name];
    exchange.headers = { ...exchange.headers, [name]: given === undefined ? value : `${given},${value}` };
  }
  return own.text === read ? body : new JsonBody(own.text, Buffer.byteLength(own.text));
}

/** Reads the body of a request that names no model, if it has one; whatever it is, it is passed on. */
export async function acceptBytes(exchange: Exchange, context: Context): Promise<void> {
  exchange.stream = exchange.endpoint?.stream ?? false;
  if (exchange.request.body === null) return;
  const text = await readBody(exchange, context);
  if (typeof text !== 'string') throw unreadable();
  exchange.body = { fields: {}, bytes: exchange.bytesIn, text, withModel: () => text };
}

/** What the text comes to is held before it comes to it. */
function jsonBody(text: string, exchange: Exchange, context: Context): JsonBody {
  holdBytes(exchange, jsonFootprint(text, context.random), context);
  return new JsonBody(text, exchange.bytesIn);
}

async function readBody(exchange: Exchange, context: Context): Promise<string | Body> {
  const { snapshot, clock } = context;
  const isForm = /^multipart\/form-data/i.test(exchange.headers['content-type'] ?? '');
  const from = clock.now();
  exchange.endBy(deadlineOf(exchange, snapshot.totalMs), clock);
  try {
    const reading = isForm ? readForm(exchange, context) : readText(exchange, context);
    return await unlessAborted<string | Body>(reading, exchange);
  } catch (error) {
    noticeDisconnect(exchange);
    if (exchange.aborted !== undefined) throw endedEarly(exchange.aborted);
    // A form says itself what is wrong with it.
    throw error instanceof Refusal || isForm ? error : unreadable();
  } finally {
    exchange.waits.add(clock.now() - from);
  }
}

/** A client may stall in the middle of its body. */
function unlessAborted<T>(reading: Promise<T>, exchange: Exchange): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  exchange.whenAborted(reject);
  reading.then(resolve, reject);
  return promise;
}

function endedEarly({ kind }: Aborted): Refusal {
  if (kind === 'client_gone') return new Refusal('client_closed_request', 'The client left before its body was whole.');
  const headers = { connection: 'close' };
  return kind === 'shutting_down'
    ? new Refusal('shutting_down', 'The gateway is shutting down. Send the request again.', {
        headers: { ...headers, 'retry-after': '1' },
      })
    : new Refusal('total_timeout', 'The body had not arrived when total_timeout was over. Send it faster, or less.', {
        status: 408,
        headers,
        detail: 'the body had not arrived',
      });
}

/** The alias that a caller means by `name`. Throws a Refusal if there is none, or it is not for this caller. */
export function aliasNamed(name: string, { caller }: Exchange, snapshot: Snapshot): NamedAlias {
  const found = name.length <= MAX_NAME_CHARS ? findAlias(snapshot, name) : undefined;
  if (found === undefined) unknownModel(name, usable(caller, snapshot));
  if (caller !== undefined && !mayUse(caller, name)) {
    const message = `The key \`${caller.name}\` is not for the model \`${name}\`. GET /v1/models lists those that it is for.`;
    throw new Refusal('model_not_allowed', message, { param: 'model' });
  }
  return found;
}

/**
 * The names of the models that a caller may ask for: aliases, what the config lists of wildcard aliases, and what of those
 * its key or its team names. Never a pattern: clients would ask for it as it stands.
 */
export function usable(caller: Caller | undefined, snapshot: Snapshot): string[] {
  const names = snapshot.listed;
  const lists = caller === undefined ? [] : modelLists(caller);
  if (caller === undefined || lists.length === 0) return [...names];
  const named = lists.flat().filter((name) => !name.endsWith('*') && findAlias(snapshot, name) !== undefined);
  return [...new Set([...names, ...named])].filter((name) => mayUse(caller, name));
}

/** Counts and embeddings come in one piece, whatever a body says that was meant for something else. */
function asksForStream({ fields, text }: Body, operation: Operation | undefined): boolean {
  if (operation === 'count_tokens' || operation === 'embed') return false;
  return fields['stream'] === true || (text === undefined && fields['stream'] === 'true');
}

/**
 * Of a caller whose models are limited: some backends take a name in letters of either case for `model`, and one a list
 * of others to go on with.
 */
function refuseOtherModels({ fields }: Body, { caller }: Exchange): void {
  if (caller === undefined || modelLists(caller).length === 0) return;
  for (const key in fields) {
    if (key.length === 'model'.length && key !== 'model' && key.toLowerCase() === 'model')
      throw new Refusal('invalid_request', `The field \`${key}\` has to be written \`model\`.`, { param: key });
  }
  if (!Array.isArray(fields['models'])) return;
  throw new Refusal(
    'model_not_allowed',
    `The field \`models\` names models past those that the key \`${caller.name}\` is for. Leave it out.`,
    { param: 'models' },
  );
}

/** The name in a body; where it may be left out and is, the default. Throws a Refusal. */
function modelOf(body: Body | undefined, endpoint: Endpoint | undefined, { defaultAlias }: Snapshot): string {
  const { modelIs } = endpoint ?? {};
  const model = modelIs === 'absent' ? undefined : body?.fields['model'];
  if (typeof model === 'string' && model !== '') {
    if (model.isWellFormed()) return model;
    throw new Refusal('invalid_request', 'The field `model` holds half of a character (a lone surrogate).', {
      param: 'model',
    });
  }
  const isLeftOut = model === undefined || model === null || model === '';
  if (modelIs !== undefined && isLeftOut && defaultAlias !== undefined) return defaultAlias;
  throw missingModel(model, modelIs);
}

function missingModel(model: unknown, modelIs: Endpoint['modelIs']): Refusal {
  const toSetDefault =
    'set `routing.default_alias` in the config of the gateway, the alias of requests without a model';
  if (modelIs === 'absent') {
    const message = `Requests to this path name no model, and this gateway does not know which backend they are for: ${toSetDefault}.`;
    return new Refusal('missing_model', message);
  }
  const wrong = model === undefined ? 'is missing' : model === '' ? 'is empty' : 'is not a string';
  const orDefault = modelIs === 'optional' ? ` Or ${toSetDefault}.` : '';
  const message = `The field \`model\` ${wrong}. Name one of the models that GET /v1/models lists.${orDefault}`;
  return new Refusal('missing_model', message, { param: 'model' });
}

function unknownModel(name: string, known: readonly string[]): never {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  const near = nearest(name.slice(0, 100), known);
  const hint =
    near.length > 0
      ? ` Did you mean ${near.map((alias) => `\`${alias}\``).join(' or ')}?`
      : ' GET /v1/models lists those there are.';
  throw new Refusal('model_not_found', `The model \`${shown}\` does not exist here.${hint}`, { param: 'model' });
}

/** The socket's address, unless that is a trusted proxy's. */
function clientAddress(peer: string, headers: HeaderFields, snapshot: Snapshot): string {
  return snapshot.trustedProxies.has(peer) ? forwardedAddress(peer, headers, snapshot) : peer;
}

/** The right-most entry of X-Forwarded-For that is no trusted proxy. */
function forwardedAddress(peer: string, headers: HeaderFields, { trustedProxies }: Snapshot): string {
  const chain = (headers['x-forwarded-for'] ?? '').split(',').map((entry) => withoutPort(entry.trim()));
  const client = chain.filter((entry) => entry !== '').findLast((entry) => !trustedProxies.has(entry));
  return client !== undefined && isAddress(client) ? client : peer;
}

/** Some proxies write `192.0.2.1:5555` and `[2001:db8::1]:443`. */
function withoutPort(entry: string): string {
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry)?.[1] ?? /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? entry;
}
