import { transportFailure } from './core/failure.ts';
import type { Exchange } from './core/exchange.ts';
import type { Aborted } from './core/failure.ts';
import { Refusal } from './core/refusal.ts';
import type { Protocol } from './protocols/protocol.ts';
import { tryRoute } from './upstream/attempt.ts';
import type { Candidates, Wait } from './routing/candidates.ts';
import { passthroughBackend, passthroughCandidates } from './routing/passthrough-candidates.ts';
import { resourceCandidates } from './routing/resource-candidates.ts';
import { RouteCandidates } from './routing/route-candidates.ts';
import type { Context } from './context.ts';
import type { Exhausted, Outcome } from './upstream/outcome.ts';
import { takeSlot, waitForRoom } from './admission/queue-slot.ts';

/**
 * Makes attempts until one answers: of a request for an alias, once it is admitted by the queue; of one for what a
 * provider keeps, at the backend that keeps it; of what is passed through, at its one backend. Nothing reaches the client before it returns.
 */
export async function dispatch(exchange: Exchange, protocol: Protocol, context: Context): Promise<Outcome> {
  const { asked, endpoint } = exchange;
  let candidates: Candidates;
  try {
    const waiting = endpoint?.limits === 'queue' ? takeSlot(exchange, context) : undefined;
    if (waiting !== undefined) await waiting;
    if (asked !== undefined) candidates = new RouteCandidates(asked, exchange, protocol, context);
    else if (endpoint?.through === undefined) candidates = resourceCandidates(exchange, protocol, context);
    else candidates = passthroughCandidates(passthroughBackend(exchange, context), context);
  } catch (error) {
    if (error instanceof Refusal) return { type: 'refused', refusal: error };
    throw error;
  }
  return attemptAll(candidates, exchange, protocol, context);
}

/** The one loop of attempts. */
async function attemptAll(
  candidates: Candidates,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): Promise<Outcome> {
  for (;;) {
    const next = candidates.next();
    const { aborted } = exchange;
    if (aborted !== undefined && !(next.type === 'done' && next.isFinal)) return endedFromOutside(aborted, exchange);
    if (next.type === 'done') {
      const { everyRouteTried, retryAfterMs } = next;
      return { type: 'exhausted', failure: exchange.lastFailure, retryAfterMs, everyRouteTried };
    }
    if (next.type === 'wait') {
      candidates.waited(await wait(next, exchange, context));
      continue;
    }
    if (next.named !== undefined) {
      exchange.servedAlias = next.named.alias;
      exchange.servedName = next.named.name;
    }
    const result = await tryRoute(next.route, exchange, protocol, context);
    if ('type' in result) return result;
    candidates.failed(result);
  }
}

/** The client left, the deadline passed or the gateway stops while nothing was being tried. */
function endedFromOutside({ kind, limit }: Aborted, exchange: Exchange): Exhausted {
  const failure = transportFailure(kind, limit);
  exchange.lastFailure = failure;
  return { type: 'exhausted', failure, retryAfterMs: 0, everyRouteTried: false };
}

/** Resolves to false if what was waited for did not come. */
function wait({ ms }: Wait, exchange: Exchange, context: Context): Promise<boolean> {
  const { asked } = exchange;
  if (ms !== 'until_free') return waitFor(ms, exchange, context);
  return asked === undefined ? Promise.resolve(false) : waitForRoom(asked, exchange, context);
}

/** Resolves to false if the exchange was aborted meanwhile. */
function waitFor(ms: number, exchange: Exchange, { clock }: Context): Promise<boolean> {
  exchange.elsewhereMs += ms;
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => {
      stopListening();
      resolve(true);
    });
    const stopListening = exchange.onAbort(() => {
      cancel();
      resolve(false);
    });
  });
}
