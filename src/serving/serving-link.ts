import type { Context } from '../context.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Protocol } from '../protocols/protocol.ts';

/**
 * One link of what serves an admitted request: a feature's, or the attempts, which are the last. `features.ts` has the order.
 * What it keeps is its feature's, and outlives requests and reloads.
 */
export interface ServingLink {
  readonly name: string;
  /**
   * Answers the request itself, or lets the links behind it answer: `next` may be called never, once, or again once it has
   * resolved. What it resolves to may be changed or replaced, but an answer that is not passed on has to be cancelled.
   * Nothing reaches the client before this resolves. A Refusal that it throws is what the client gets.
   */
  serve(exchange: Exchange, client: Protocol, context: Context, next: () => Promise<Outcome>): Promise<Outcome>;
}
