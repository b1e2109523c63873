import { ADMIN, type Caller } from '../core/caller.ts';
import type { Endpoint } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { HeaderFields } from '../lib/header-fields.ts';
import { isLoopbackAddress } from '../lib/local-host.ts';
import type { Snapshot } from '../snapshot.ts';

/** What a request says of who sent it. */
export interface Sender {
  /** The socket's peer; empty for a Unix socket. */
  readonly peer: string;
  readonly headers: HeaderFields;
  readonly caller: Caller | undefined;
}

/**
 * Throws the Refusal of a caller that an endpoint is not for: some are for operators, and the admin key is for those
 * alone.
 */
export function checkEndpoint(
  { auth }: Pick<Endpoint, 'auth'>,
  sender: Sender,
  { adminKey, keyCheck }: Pick<Snapshot, 'adminKey' | 'keyCheck'>,
): void {
  const { caller } = sender;
  if (auth === 'public') return;
  if (auth === 'caller') {
    if (caller !== ADMIN) return;
    throw notAllowed('The admin key opens `/admin` and `/metrics` alone. Send `proxy_api_key` or one of `keys`.');
  }
  if (caller === ADMIN) return;
  if (adminKey !== undefined) {
    // Whoever comes to a gateway that is otherwise open has shown no key of it.
    if (keyCheck === undefined)
      throw new Refusal('invalid_api_key', 'This needs `admin.api_key`. Send it as `Authorization: Bearer KEY`.');
    throw notAllowed('This is for whoever runs the gateway. Send `admin.api_key`: no other key opens it.');
  }
  if (caller?.isOperator !== true) throw notAllowed('This is for whoever runs the gateway. Send `proxy_api_key`.');
  // Prometheus runs on other machines.
  if (auth === 'scraper' || isFromThisMachine(sender)) return;
  throw notAllowed(
    'Without `admin.api_key` this answers only requests from its own machine that no proxy passed on. Set `admin.api_key` in the config and send that key.',
  );
}

/**
 * Whether a request began on this machine, as far as its socket and the headers of proxies tell. A proxy on the same
 * machine counts for its client, whether it is in `proxy.trusted_proxies` or not: a header can only take away here.
 */
export function isFromThisMachine({ peer, headers }: Sender): boolean {
  if (peer !== '' && !isLoopbackAddress(peer)) return false;
  if (headers['forwarded'] !== undefined) return false;
  return [headers['x-forwarded-for'], headers['x-real-ip']].every(
    (chain) => chain === undefined || chain.split(',').every((entry) => isLoopbackAddress(entry.trim())),
  );
}

function notAllowed(message: string): Refusal {
  return new Refusal('endpoint_not_allowed', message);
}
