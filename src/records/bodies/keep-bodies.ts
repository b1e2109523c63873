import type { Context } from '../../context.ts';
import type { Exchange } from '../../core/exchange.ts';
import { ExchangeBodies } from '../../core/exchange-bodies.ts';

/** Copies the bodies of an exchange from now on, where its key, or else its alias, says that they are kept. */
export function keepBodies(exchange: Exchange, { snapshot, budget }: Pick<Context, 'snapshot' | 'budget'>): void {
  const { textAsCame } = exchange;
  if (textAsCame !== undefined) exchange.textAsCame = undefined;
  const when = exchange.caller?.key?.logBodies ?? exchange.asked?.alias.logBodies;
  if (when !== 'errors' && when !== 'all') return;
  const { mostBodyBytes } = snapshot;
  if (mostBodyBytes === undefined) return;
  const bodies = new ExchangeBodies(exchange, when, mostBodyBytes, budget.bodies, snapshot.scrubber);
  exchange.bodies = bodies;
  exchange.delivery.addTap(bodies);
  const text = textAsCame ?? exchange.body?.text;
  if (text !== undefined) bodies.request.pushText(text);
}
