import type { Exchange } from '../core/exchange.ts';
import type { Injection } from '../core/injection.ts';
import type { Route } from '../core/route.ts';
import { hasRoomFor, NoRoom } from '../core/buffered-bytes.ts';
import type { Context } from '../context.ts';
import { translate, type Translation, type Ends } from './translation.ts';

/** The translation of one attempt. Throws what `translate` throws. */
export function translationFor(route: Route, exchange: Exchange, ends: Ends, context: Context): Translation {
  const { kept, snapshot } = context;
  return translate(exchange, route, ends, {
    injection: injectionFor(route, exchange, context),
    kept,
    limits: snapshot.work,
    hold: (units) => {
      if (!hasRoomFor(units, exchange, context)) throw new NoRoom();
    },
  });
}

/** The serving alias's system prompt. */
export function injectionFor(
  { alias }: Route,
  { servedName, endpoint }: Exchange,
  { snapshot, clock }: Context,
): Injection | undefined {
  if (snapshot.prompts === undefined || endpoint?.conversation !== true) return undefined;
  return snapshot.prompts.injectionFor(servedName ?? alias.name, clock.wallNow());
}
