import type { Operation } from '../core/exchange.ts';
import type { ProtocolName } from '../core/part.ts';
import { quirksFor } from '../core/quirks.ts';
import type { Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/registry.ts';
import { DEFAULT_PROTOCOL } from '../vendors/dialects.ts';
import { factsOf } from '../vendors/models/facts.ts';

/**
 * The dialect in which a route's backend is addressed for a client: the client's own where the backend has it for the
 * model, otherwise the one that serves the model best of those that have such an endpoint, and everything is translated.
 */
export function upstreamProtocolFor(route: Route, client: Protocol, operation: Operation): Protocol {
  const { protocols } = route.backend;
  // Bytes pass, whatever way the client wants its streams framed.
  const passes = protocols.includes(client.name) && (protocols.length === 1 || serves(client.name, route));
  return passes ? client : otherOf(route, client, operation);
}

/** The other dialects that a request could be translated to if it loses something in the first; mostly none. */
export function otherThan(first: Protocol, route: Route, operation: Operation): readonly Protocol[] {
  const { protocols } = route.backend;
  // A model that can think is best served by what its row prefers, whatever settings that lacks: it takes none of them.
  if (protocols.length < 2 || (factsOf(route.model).efforts ?? []).length > 0) return [];
  if (quirksFor(route.backend.quirks, route.model).translatedAlways === true) return [];
  return protocols
    .filter((name) => name !== first.name && serves(name, route))
    .map(protocolOf)
    .filter((protocol) => has(protocol, operation));
}

function otherOf(route: Route, client: Protocol, operation: Operation): Protocol {
  const { protocols } = route.backend;
  if (operation === 'native' || operation === 'embed') {
    for (const name of protocols) if (protocolOf(name).wire.alsoServes.includes(client.name)) return client;
  }
  // Of several, one that has what is asked for.
  const able = preferred(route).find((name) => has(protocolOf(name), operation));
  return protocolOf(able ?? protocols[0] ?? DEFAULT_PROTOCOL);
}

/** The backend's dialects, the best for the model first. */
function preferred(route: Route): readonly ProtocolName[] {
  const { backend, model } = route;
  const { protocols, quirks } = backend;
  if (protocols.length < 2) return protocols;
  const { translated } = quirksFor(quirks, model);
  const ordered =
    translated === undefined ? protocols : [translated, ...protocols.filter((name) => name !== translated)];
  const able = ordered.filter((name) => protocols.includes(name) && serves(name, route));
  return able.length === 0 ? protocols : able;
}

/** Whether a route's model is served in a dialect at all, as far as is known. */
function serves(name: ProtocolName, { backend, model }: Route): boolean {
  const { only } = factsOf(model);
  if (only !== undefined && only !== name) return false;
  const { models, lacks } = backend.quirks;
  const own = models?.find(([pattern]) => pattern.test(model))?.[1].lacks;
  return (own ?? lacks)?.includes(name) !== true;
}

function has({ wire }: Protocol, operation: Operation): boolean {
  return wire.address(operation, { model: '-', stream: false }) !== undefined;
}
