import type { Exchange } from '../core/exchange.ts';
import { NotCarried } from '../core/not-carried.ts';
import type { Route } from '../core/route.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { crossingFor } from './translation-for.ts';
import type { Crossing, Ends } from './translation.ts';
import { otherThan } from './upstream-protocol.ts';

/** The translation to a dialect of the backend, or, where that loses something, to another that loses nothing. Throws what `cross` throws. */
export function leastLoss(
  route: Route,
  exchange: Exchange,
  ends: Ends,
  context: Context,
): { readonly crossing: Crossing; readonly upstream: Protocol } {
  const { client, upstream } = ends;
  let first: Crossing | undefined;
  let refused: NotCarried | undefined;
  try {
    first = crossingFor(route, exchange, ends, context);
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error;
    refused = error;
  }
  if (first !== undefined && first.dropped.length === 0) return { crossing: first, upstream };
  for (const other of otherThan(upstream, route, exchange.endpoint?.operation ?? 'native')) {
    try {
      const crossing = crossingFor(route, exchange, { client, upstream: other }, context);
      if (first === undefined || crossing.dropped.length === 0) return { crossing, upstream: other };
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
    }
  }
  if (first === undefined) throw refused ?? new Error('a translation has neither come about nor been refused');
  return { crossing: first, upstream };
}
