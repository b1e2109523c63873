import type { Context } from '../../context.ts';
import type { Exchange } from '../../core/exchange.ts';
import { ExchangeBodies } from '../../core/exchange-bodies.ts';
import type { NamedAlias } from '../../core/route.ts';

/**
 * Copies the bodies of an exchange from now on, where its key, or else the alias that it asks for, says that they are kept.
 * `text` is the client's body as it came; undefined: it is no text.
 */
export function keepBodies(
  exchange: Exchange,
  { snapshot, budget }: Pick<Context, 'snapshot' | 'budget'>,
  asked: NamedAlias | undefined = exchange.asked,
  text: string | undefined = exchange.body?.text,
): void {
  const { caller, delivery } = exchange;
  const when = caller?.key?.logBodies ?? asked?.alias.logBodies;
  if ((when !== 'errors' && when !== 'all') || delivery.bodies !== undefined) return;
  const { mostBodyBytes, scrubber } = snapshot;
  if (mostBodyBytes === undefined) return;
  const bodies = new ExchangeBodies(exchange, when, { mostBytes: mostBodyBytes, share: budget.bodies, scrubber });
  delivery.keepBodies(bodies);
  if (text !== undefined) bodies.request.pushText(text);
}
