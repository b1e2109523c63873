import type { Operation } from '../core/exchange.ts';
import type { Backend } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/registry.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';

/**
 * The dialect in which a backend is spoken to for a client: the client's own where the backend has it, otherwise the
 * backend's first that has such an endpoint, and everything is translated.
 */
export function spokenTo(backend: Backend, client: Protocol, operation: Operation): Protocol {
  const { protocols } = backend;
  // Bytes pass, whatever way the client wants its streams framed.
  return protocols.includes(client.name) ? client : otherOf(protocols, client, operation);
}

function otherOf(protocols: Backend['protocols'], client: Protocol, operation: Operation): Protocol {
  if (operation === 'native' || operation === 'embed') {
    for (const name of protocols) if (protocolOf(name).wire.alsoServes.includes(client.name)) return client;
  }
  // Of several, one that has what is asked for.
  const able = protocols.find((name) => has(protocolOf(name), operation));
  return protocolOf(able ?? protocols[0] ?? DEFAULT_PROTOCOL);
}

function has({ wire }: Protocol, operation: Operation): boolean {
  return wire.address(operation, { model: '-', stream: false }) !== undefined;
}
