import { Refusal } from '../core/refusal.ts';
import type { Backend } from '../core/route.ts';

/** Throws the Refusal of a request that only these backends could serve, if operators have taken all of them out of use. */
export function refuseDraining(backends: readonly Backend[]): void {
  const [first] = backends;
  if (first === undefined || !backends.every(({ live }) => live.draining)) return;
  const message = `The backend ${first.name}, which keeps what this request refers to, is out of use for now: an operator has drained it. Try again later.`;
  throw new Refusal('no_backend_available', message, { headers: { 'retry-after': '60' } });
}
