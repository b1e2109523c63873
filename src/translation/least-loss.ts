import type { Attempt } from '../core/attempt.ts';
import { UnsupportedFeatureError } from '../core/unsupported-feature-error.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { translationFor } from './translation-for.ts';
import type { Translation, Ends } from './translation.ts';
import { otherThan } from './upstream-protocol.ts';

/** The translation to a dialect of the backend, or, where that loses something, to another that loses nothing. Throws what `translate` throws. */
export function leastLoss(
  attempt: Attempt,
  ends: Ends,
  context: Context,
): { readonly translation: Translation; readonly upstream: Protocol } {
  const { exchange, route } = attempt;
  const { client, upstream } = ends;
  let first: Translation | undefined;
  let refused: UnsupportedFeatureError | undefined;
  try {
    first = translationFor(attempt, ends, context);
  } catch (error) {
    if (!(error instanceof UnsupportedFeatureError)) throw error;
    refused = error;
  }
  if (first !== undefined && first.dropped.length === 0) return { translation: first, upstream };
  for (const other of otherThan(upstream, route, exchange.endpoint?.operation ?? 'native')) {
    try {
      const translation = translationFor(attempt, { client, upstream: other }, context);
      if (first === undefined || translation.dropped.length === 0) return { translation, upstream: other };
    } catch (error) {
      if (!(error instanceof UnsupportedFeatureError)) throw error;
    }
  }
  if (first === undefined) throw refused ?? new Error('no translation was made, and none was refused');
  return { translation: first, upstream };
}
