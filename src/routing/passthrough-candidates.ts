import type { Exchange } from '../core/exchange.ts';
import type { Backend } from '../core/route.ts';
import { Refusal } from '../core/refusal.ts';
import type { Context } from '../context.ts';
import { refuseDraining } from './draining.ts';
import type { Candidate, Candidates } from './candidates.ts';
import { routeTo } from './resource-candidates.ts';

/** The one candidate of a request that is passed through: what it asks for is at one backend, or is made there. */
export function passthroughCandidates(backend: Backend, context: Context): Candidates {
  let isTried = false;
  return {
    next(): Candidate {
      // Whether to try again is the client's to decide, as at the provider.
      if (isTried) return { type: 'done', isFinal: true, everyRouteTried: false, retryAfterMs: 0 };
      isTried = true;
      return { type: 'attempt', route: routeTo(backend, context), named: undefined };
    },
    beside: () => undefined,
    failed: () => undefined,
    waited(): void {
      throw new Error('nothing is waited for here');
    },
  };
}

/** The backend that a request is passed through to, by the way that its path takes. Throws a Refusal if it is gone. */
export function passthroughBackend({ pinned = '', endpoint }: Exchange, { snapshot }: Context): Backend {
  const backend = snapshot.backends.get(pinned);
  if (backend === undefined) {
    const message = `The backend ${pinned}, which keeps what this request refers to, is not in use any more.`;
    throw new Refusal('resource_not_found', message);
  }
  refuseDraining([backend]);
  const { root } = endpoint?.through ?? {};
  if (root === undefined) return backend;
  const send = backend.media?.[root];
  if (send === undefined)
    throw new Refusal('resource_not_found', `The backend ${pinned} takes no uploads and downloads any more.`);
  return { ...backend, send };
}
