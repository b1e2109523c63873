import type { Attempt } from '../core/attempt.ts';
import type { Injection } from '../core/injection.ts';
import { hasRoomFor, NoRoom } from '../core/buffered-bytes.ts';
import type { Context } from '../context.ts';
import { translate, type Translation, type Ends } from './translation.ts';

/** The translation of one attempt. Throws what `translate` throws. */
export function translationFor(attempt: Attempt, ends: Ends, context: Context): Translation {
  const { itemStore, snapshot } = context;
  return translate(attempt.exchange, attempt.route, ends, {
    injection: injectionFor(attempt, context),
    itemStore,
    limits: snapshot.work,
    hold: (units) => {
      if (!hasRoomFor(units, attempt, context)) throw new NoRoom();
    },
  });
}

/** The serving alias's system prompt. */
export function injectionFor(attempt: Attempt, { snapshot, clock }: Context): Injection | undefined {
  const { exchange, route, named } = attempt;
  if (snapshot.prompts === undefined || exchange.endpoint?.conversation !== true) return undefined;
  const injection = snapshot.prompts.injectionFor(named?.name ?? route.alias.name, clock.wallNow());
  attempt.injectedBytes = injection?.alone.length ?? 0;
  attempt.prompts = injection?.names;
  return injection;
}
