import type { Exchange } from '../core/exchange.ts';
import type { Route } from '../core/route.ts';
import type { SystemPrompt } from '../protocols/protocol.ts';
import { hasRoomFor, NoRoom } from '../core/buffered-bytes.ts';
import type { Context } from '../context.ts';
import { cross, type Crossing, type Ends } from './translation.ts';

/** The crossing of one attempt. Throws what `cross` throws. */
export function crossingFor(route: Route, exchange: Exchange, ends: Ends, context: Context): Crossing {
  const { kept, snapshot } = context;
  return cross(exchange, route, ends, {
    prompt: promptFor(route, exchange, context),
    kept,
    limits: snapshot.work,
    hold: (units) => {
      if (!hasRoomFor(units, exchange, context)) throw new NoRoom();
    },
  });
}

/** The serving alias's system prompt. */
export function promptFor(
  { alias }: Route,
  { servedName, endpoint }: Exchange,
  { snapshot, clock }: Context,
): SystemPrompt | undefined {
  if (snapshot.prompts === undefined || endpoint?.conversation !== true) return undefined;
  return snapshot.prompts.injectionFor(servedName ?? alias.name, clock.wallNow());
}
