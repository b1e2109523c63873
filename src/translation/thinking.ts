import { asksToThink } from '../core/asks-to-think.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Route } from '../core/route.ts';
import { factsOf } from '../vendors/models/facts.ts';

/** Whether an answer may take its time to begin, for it is thought over: the request asks for that, or the model does it anyway. */
export function thinks({ model }: Route, { endpoint, body }: Exchange): boolean {
  if (endpoint?.operation !== 'generate') return false;
  return (body !== undefined && asksToThink(body.fields)) || factsOf(model).reasons === true;
}
