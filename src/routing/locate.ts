import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { Context } from '../context.ts';

/** Where to ask for what a provider keeps. */
export interface Located {
  /** The id as the provider gave it. */
  readonly id: string;
  /** The name of the backend that keeps it; undefined if nobody here knows. */
  readonly backend: string | undefined;
}

/**
 * Finds what a client means by an id. Undefined where it means nothing to this caller; whether it is another's or was
 * never given cannot be told apart. An id that nobody here knows is taken for one from before only where there is one
 * caller, and no seal.
 */
export function locate(id: string, { callerId }: Exchange, { snapshot, owners }: Context): Located | undefined {
  const opened = snapshot.seal?.open(callerId, id);
  if (opened !== undefined) return opened;
  const backend = owners.backendOf(callerId, id);
  if (backend === undefined && snapshot.hasManyCallers) return undefined;
  return { id, backend };
}

/** The refusal of an id that means nothing to a caller: the same for what was never there and for what is another's. */
export function unknownId(id: string): Refusal {
  return new Refusal(
    'resource_not_found',
    `Nothing is kept for this caller under the id \`${id.slice(0, 100)}\`, as far as is known here.`,
  );
}
