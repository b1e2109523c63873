import { JsonBody } from '../../admission/json-body.ts';
import type { Context } from '../../context.ts';
import { measureLarge } from '../../core/body-work.ts';
import type { Caller } from '../../core/caller.ts';
import { Exchange, type Endpoint } from '../../core/exchange.ts';
import type { JsonObject } from '../../lib/json.ts';
import { findAlias } from '../../routing/aliases.ts';
import type { Protocol } from '../../protocols/protocol.ts';

/** What is to be explained. */
export interface Question {
  readonly model: string;
  readonly client: Protocol;
  /** The body; undefined: a few words. */
  readonly request: JsonObject | undefined;
  readonly stream: boolean;
  readonly caller: Caller | undefined;
}

/** The bases below which the clients of a dialect ask. */
const BASES = ['/v1', '/v1beta', ''];

/** The exchange that a request would be, of which nothing happens. Throws TooComplex for a body that would be refused as that. */
export function explainedExchange({ model, client, request, stream, caller }: Question, context: Context): Exchange {
  const { path, endpoint } = endpointOf(client, model, stream);
  const fields = request ?? fewWords(client);
  const named = endpoint.model === undefined ? { ...fields, model, ...(stream ? { stream } : {}) } : fields;
  const text = JSON.stringify(named);
  const head = {
    request: new Request(`http://explained${path}`),
    headers: {},
    method: 'POST',
    path,
    query: '',
    peer: '',
  };
  const sender = { traceId: 'explained', clientIp: '' };
  const exchange = new Exchange({ ...head, protocol: client.name, endpoint }, sender, context.clock);
  measureLarge(text, exchange, context.snapshot.work);
  exchange.body = new JsonBody(text, Buffer.byteLength(text));
  exchange.caller = caller;
  exchange.stream = stream;
  exchange.askedName = model;
  exchange.asked = findAlias(context.snapshot, model);
  return exchange;
}

function endpointOf(client: Protocol, model: string, stream: boolean): { path: string; endpoint: Endpoint } {
  const address = client.wire.address('generate', { model: encodeURIComponent(model), stream }) ?? '';
  const [tail = '', query] = address.split('?', 2);
  const search = query === undefined ? '' : `?${query}`;
  for (const base of BASES) {
    const path = base + tail;
    for (const { match, ...access } of client.front.rows) {
      const matched = access.handler === 'model' ? (match.paths?.[path] ?? match.find?.(path, search)) : undefined;
      if (matched?.operation === 'generate') return { path, endpoint: { ...matched, ...access } };
    }
  }
  throw new Error(`${client.name} has no path for conversations`);
}

function fewWords(client: Protocol): JsonObject {
  const conversation = {
    system: [],
    turns: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Hi' }] }],
    tools: [],
    settings: {},
    stream: false,
    wantsUsage: false,
    unsupported: [],
  };
  return client.codec.encodeRequest(conversation, { model: '', quirks: {} }).body;
}
