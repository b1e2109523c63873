import type { Endpoint, Exchange } from '../core/exchange.ts';
import { ADMIN, mayUseAll, type Caller } from '../core/caller.ts';
import { Aborted } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import type { Through } from '../core/through.ts';
import { Upload } from '../core/upload.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Context } from '../context.ts';
import { locate, unknownId } from '../routing/locate.ts';
import { acceptBytes } from './accept.ts';
import { OpenedIds } from './opened-ids.ts';
import { refuseForeignReferences } from './foreign-references.ts';

/** Throws the Refusal of what is not passed through, or not for this caller. From the head alone. */
export function checkPassthrough(
  { through }: Endpoint,
  { method, path, caller }: Pick<Exchange, 'method' | 'path' | 'caller'>,
  { passthrough, hasManyCallers }: Pick<Snapshot, 'passthrough' | 'hasManyCallers'>,
): void {
  if (through === undefined) return;
  const { api, ids, isAccount } = through;
  if (passthrough?.[api] === undefined) {
    const message = `Passthrough is off for ${method} ${path.slice(0, 200)}. Set \`passthrough.${api}\` in the config to the name of a backend.`;
    throw new Refusal('passthrough_off', message);
  }
  // Who may come here at all the table says.
  if (isAccount) return;
  if (!isForAllModels(caller)) {
    const message = `The key \`${caller?.name}\` is for some models only. What is passed through may name any model, so it is for keys with \`models: ["*"]\`.`;
    throw new Refusal('endpoint_not_allowed', message);
  }
  if (method !== 'GET' || ids.length > 0 || !hasManyCallers || caller?.isOperator === true) return;
  throw new Refusal(
    'endpoint_not_allowed',
    'This lists what all callers keep at the provider. Ask for what is yours by its id: a list is only for `proxy_api_key`.',
  );
}

/**
 * Finds out which backend a request that is passed through is for, with the ids in it as that backend knows them, and
 * takes its body: JSON as a whole, anything else as it comes. Throws a Refusal for an id that is not this caller's.
 */
export async function acceptPassthrough(exchange: Exchange, context: Context): Promise<void> {
  const { endpoint } = exchange;
  const { through } = endpoint ?? {};
  if (endpoint === undefined || through === undefined) throw new Error('nothing to pass through');
  const { snapshot } = context;
  const ids = new OpenedIds(exchange, context);
  const isSealed = !through.isAccount;
  const target = isSealed ? openedPath(endpoint, ids, exchange, context) : endpoint.target;
  const query = isSealed ? ids.in(exchange.query) : undefined;
  if (isUpload(exchange)) {
    exchange.endpoint = { ...endpoint, target, through: { ...through, query, upload: uploadOf(exchange) } };
  } else {
    await acceptBytes(exchange, context);
    exchange.endpoint = { ...endpoint, target, through: { ...through, query } };
    if (isSealed) openBody(ids, exchange, context);
  }
  const backend = ids.backend ?? snapshot.passthrough?.[through.api];
  if (backend === undefined) throw new Error('admitted though it is off');
  exchange.pinned = backend;
}

function isForAllModels(caller: Caller | undefined): boolean {
  return caller !== undefined && caller !== ADMIN && mayUseAll(caller);
}

/** The path with the provider's own ids. The first id decides the owner of the whole path. */
function openedPath({ target, through }: Endpoint, ids: OpenedIds, exchange: Exchange, context: Context): string {
  const first = through?.ids[0];
  const located = first === undefined ? undefined : locate(first, exchange, context);
  if (first !== undefined && located === undefined) throw unknownId(first);
  if (first !== undefined && located?.backend !== undefined) ids.leadsTo(located.backend, first);
  return ids.in(target);
}

function openBody(ids: OpenedIds, exchange: Exchange, context: Context): void {
  const { body } = exchange;
  const text = body?.text;
  if (body === undefined || text === undefined) return;
  if (context.snapshot.hasManyCallers) refuseForeignReferences(text);
  const opened = ids.in(text, true);
  if (opened !== text) exchange.body = { ...body, text: opened, withModel: () => opened };
}

/** JSON is looked at, and so is held; forms and bytes are not. */
function isUpload({ request, headers, endpoint, query }: Exchange): boolean {
  if (request.body === null) return false;
  // What goes up to an upload that has begun is a file, whatever its type.
  if (endpoint?.through?.root === 'upload' && /[?&]upload_id=/.test(query)) return true;
  const type = headers['content-type'] ?? '';
  return !/^\s*(?:application\/(?:[\w.+-]+\+)?json|text\/json)\b/i.test(type);
}

function uploadOf(exchange: Exchange): Through['upload'] {
  const { request, announcedBytes } = exchange;
  if (request.body === null) return undefined;
  return new Upload(request.body, announcedBytes, {
    sent: (bytes) => {
      exchange.bytesIn += bytes;
    },
    left: () => exchange.abort(new Aborted('client_gone')),
  });
}
