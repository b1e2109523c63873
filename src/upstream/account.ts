import type { Account } from '../core/classify.ts';
import { CREDENTIAL_HEADERS } from '../vendors/dialects.ts';
import { queryField } from '../lib/query-field.ts';
import type { AttemptContext } from './settle.ts';

/** Whose key, or lack of one, the backend has answered to. */
export function accountOf({ attempt, exchange, protocol, client, context }: AttemptContext): Account {
  const { backend } = attempt.route;
  const place = backend.credential ?? protocol.wire.credential;
  // Where the gateway has any key, no client's goes further; what is lacking then is the operator's to mend.
  if (backend.apiKey !== undefined || place === 'none' || context.snapshot.keyCheck !== undefined) return 'gateway';
  const configured = Object.keys(backend.headers);
  if (configured.some((name) => name === place.name || CREDENTIAL_HEADERS.includes(name))) return 'gateway';
  const hasKey =
    CREDENTIAL_HEADERS.some((name) => exchange.headers[name] !== undefined) ||
    queryField(exchange.query, client.front.keyParameter) !== undefined;
  if (hasKey) return 'client';
  // A header that only this provider knows may be its key.
  return configured.length > 0 ? 'gateway' : 'nobody';
}
