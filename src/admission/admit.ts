import type { Arrival, Endpoint, Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { Clock } from '../lib/clock.ts';
import { pageUrl } from '../lib/page-url.ts';
import { queryField } from '../lib/query-field.ts';
import { credentialIn } from '../vendors/presented-credential.ts';
import { keyShown } from './auth.ts';
import { checkAddress, checkValid, generationOf } from './caller-key.ts';
import { namesEndpoint } from '../core/endpoint-kind.ts';
import { checkEndpoint } from './operators.ts';
import { callerOfSession } from './session.ts';
import { checkPassthrough } from './passthrough.ts';
import type { Policy } from './policy.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Context } from '../context.ts';

/** For whoever comes while the gateway drains. */
export function shuttingDown(): Refusal {
  return new Refusal(
    'shutting_down',
    'The gateway is shutting down. Send the request again: another instance will take it.',
    { headers: { 'retry-after': '1', connection: 'close' } },
  );
}

/** Throws for a request that this gateway has sent itself: each would become another, until nothing is left. */
export function refuseLoop({ headers }: Exchange, { snapshot }: Context): void {
  if (headers['via']?.includes(snapshot.hopMark) !== true) return;
  throw new Refusal(
    'loop_detected',
    'This request comes from this gateway itself: the `url` of one of its backends leads back to it. Correct that `url` in the config.',
  );
}

/** For whoever comes while nearly all files are open that may be. */
export function outOfFiles(): Refusal {
  return new Refusal(
    'overloaded_connections',
    'The gateway has as many connections open as it may. Send the request again in a moment.',
    { headers: { 'retry-after': '1', connection: 'close' } },
  );
}

/** What a refused request is answered: as it was refused, or, if its address showed too many wrong keys, with that. */
export function slowedDown(refusal: Refusal, exchange: Exchange, { failedKeys }: Context): Refusal {
  if (refusal.status !== 401) return refusal;
  const verdict = failedKeys.count(exchange.clientIp);
  exchange.delivery.unlogged = verdict?.suppressed ?? false;
  return verdict?.refusal ?? refusal;
}

/** Finds out who is signed in, where a request shows a session. Rejects as `callerOfSession` does. */
export async function identifySession(exchange: Exchange, context: Context): Promise<void> {
  exchange.caller = await callerOfSession(exchange, context);
}

/**
 * Lets a request in to its endpoint, or throws the Refusal that says why not. From the head alone: nothing is read for an
 * unauthenticated client.
 */
export function admitCaller(
  exchange: Exchange,
  { allow, misplaced }: Pick<Arrival, 'allow' | 'misplaced'>,
  { front }: Protocol,
  { snapshot, clock }: Context,
): Endpoint {
  const { endpoint, method, path } = exchange;
  // Whoever shows a session is known by now.
  const signedIn = exchange.caller;
  if (signedIn !== undefined) checkAddress(signedIn, exchange.clientIp);
  else if (endpoint?.auth !== 'public') identify(exchange, front.keyParameter, snapshot, clock);
  if (endpoint !== undefined) {
    // What a session may do is for the admin API to say, operation by operation.
    if (signedIn === undefined) checkEndpoint(endpoint, exchange, snapshot);
    checkKind(endpoint, exchange);
    const isOff = endpoint.through !== undefined && snapshot.passthrough?.[endpoint.through.api] === undefined;
    if (!isOff || allow === undefined) {
      checkPassthrough(endpoint, exchange, snapshot);
      return endpoint;
    }
  }
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  if (allow !== undefined) {
    throw new Refusal('method_not_allowed', `${method} is not possible on ${shown}. Use ${allow}.`, {
      headers: { allow },
    });
  }
  const meant =
    misplaced === undefined
      ? ''
      : ` But ${misplaced.endpoint} is here: the client's base URL must not end in ${misplaced.prefix}, for the client adds the rest by itself.`;
  throw new Refusal(
    'unknown_path',
    `This gateway does not offer ${method} ${shown}.${meant} What it offers: ${pageUrl('protocols.md#endpoints')}`,
  );
}

/** Finds out who the caller is. Throws the Refusal of one without a key that is good. */
function identify(exchange: Exchange, keyParameter: string | undefined, snapshot: Snapshot, clock: Clock): void {
  const { headers, query } = exchange;
  const inQuery = queryField(query, keyParameter);
  const now = clock.wallNow();
  const shown = { headers, inQuery };
  const known = keyShown(shown, snapshot, now) ?? snapshot.openCallers.keyShown(shown, now);
  if (known === undefined) {
    exchange.caller = snapshot.openCallers.named(credentialIn(headers) ?? inQuery);
    return;
  }
  exchange.caller = known.caller;
  exchange.keyGeneration = generationOf(known);
  checkValid(known, now);
  checkAddress(known.caller, exchange.clientIp);
}

/** Throws the Refusal of a key that is for other endpoints. */
function checkKind(endpoint: Endpoint, { caller, path }: Exchange): void {
  const names = caller?.key?.endpoints;
  if (caller === undefined || names === undefined || namesEndpoint(names, endpoint, path)) return;
  const message = `The key \`${caller.name}\` is not for this endpoint, but for ${names.join(', ')}. Use another key, or ask whoever runs the gateway.`;
  throw new Refusal('endpoint_not_allowed', message);
}

/** From this size on, a body is not read just to be refused for its sender's limits. */
const LARGE_BODY_BYTES = 64 * 1024;

/** Throws the Refusal of a request whose limits are reached before its body is read, if that would be a waste. */
export function admitBody(policies: readonly Policy[], exchange: Exchange, context: Context): void {
  const { announcedBytes } = exchange;
  if (announcedBytes !== undefined && announcedBytes <= LARGE_BODY_BYTES) return;
  for (const policy of policies) policy.check?.(exchange, context);
}
