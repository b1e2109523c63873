import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from './context.ts';

/** For whoever comes while the gateway drains. */
export function shuttingDown(): Refusal {
  return new Refusal(
    'shutting_down',
    'The gateway is shutting down. Send the request again: another instance will take it.',
    { headers: { 'retry-after': '1', connection: 'close' } },
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
  exchange.unlogged = verdict?.suppressed ?? false;
  return verdict?.refusal ?? refusal;
}

/**
 * Lets a request in, or throws the Refusal that says why not. From the head alone: nothing is read for a stranger.
 * `allow`: the methods of the endpoint that the path names, where the request's is none of them.
 */
export function admitCaller(
  exchange: Exchange,
  allow: string | undefined,
  { front }: Protocol,
  { snapshot }: Context,
): void {
  const { headers, query, endpoint, method, path } = exchange;
  snapshot.keyCheck?.check(headers, queryField(query, front.keyParameter));
  if (endpoint !== undefined) return;
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  if (allow !== undefined) {
    throw new Refusal('method_not_allowed', `${method} is not possible on ${shown}. Use ${allow}.`, {
      headers: { allow },
    });
  }
  throw new Refusal(
    'unknown_path',
    `There is no ${shown} here. The base URL of an OpenAI client ends in /v1; see docs for the endpoints.`,
  );
}

/** A field of a query; undefined if it has none of the name, or nothing is asked for. */
export function queryField(query: string, name: string | undefined): string | undefined {
  if (name === undefined || query === '') return undefined;
  return new URLSearchParams(query).get(name) ?? undefined;
}

/** From this size on, a body is not read just to be refused for its sender's limits. */
const LARGE_BODY_BYTES = 64 * 1024;

/** Throws the Refusal of a request whose limits are reached before its body is read, if that would be a waste. */
export function admitBody({ announcedBytes, clientIp }: Exchange, { rateLimits }: Context): void {
  if (announcedBytes === undefined || announcedBytes > LARGE_BODY_BYTES) rateLimits.check(clientIp);
}

/** Counts a request for the rate limits that concern it; throws a Refusal, and counts nothing, if one is reached. */
export function admitRate(exchange: Exchange, { rateLimits }: Context): void {
  rateLimits.take(exchange.clientIp, exchange.asked?.alias.name);
  exchange.hasTokens = true;
}
