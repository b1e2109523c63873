import { transportFailure } from '../core/failure.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Aborted } from '../core/failure.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { carryOut } from '../upstream/attempt.ts';
import { hedged } from '../upstream/hedged.ts';
import type { Candidates, ReportedFailure, Wait } from '../routing/candidates.ts';
import { passthroughBackend, passthroughCandidates } from '../routing/passthrough-candidates.ts';
import { resourceCandidates } from '../routing/resource-candidates.ts';
import { RouteCandidates } from '../routing/route-candidates.ts';
import type { Context } from '../context.ts';
import { Attempt } from '../core/attempt.ts';
import type { Exhausted, Outcome } from '../core/outcome.ts';
import type { ServingLink } from './serving-link.ts';
import { waitForRoom } from '../admission/queue/queue-slot.ts';

/** The last link of all: it asks for no other. */
export const attempts: ServingLink = { name: 'attempts', serve: dispatch };

/**
 * Makes attempts until one answers: of a request for an alias, by its routes; of one for what a provider keeps, at the
 * backend that keeps it; of what is passed through, at its one backend. Throws a Refusal where there is none to ask.
 */
function dispatch(exchange: Exchange, protocol: Protocol, context: Context): Promise<Outcome> {
  return attemptAll(candidatesOf(exchange, protocol, context), exchange, protocol, context);
}

function candidatesOf(exchange: Exchange, protocol: Protocol, context: Context): Candidates {
  const { asked, endpoint } = exchange;
  // Without a queue, it has not waited.
  if (endpoint?.limits === 'queue') exchange.waits.reachQueue();
  if (asked !== undefined) return new RouteCandidates(asked, exchange, protocol, context);
  if (endpoint?.through === undefined) return resourceCandidates(exchange, protocol, context);
  return passthroughCandidates(passthroughBackend(exchange, context), context);
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
      const { failure, answered } = next.reported ?? lastOf(exchange);
      return { type: 'exhausted', failure, answered, retryAfterMs, everyRouteTried };
    }
    if (next.type === 'wait') {
      candidates.waited(await wait(next, exchange, context));
      continue;
    }
    const attempt = new Attempt(exchange, next.route, next.named, context.clock);
    attempt.target = next.target;
    const { hedge } = next.route.alias;
    if (hedge !== undefined && exchange.attempts.all.length === 1) {
      const answer = await hedged(attempt, { hedge, candidates, client: protocol, context });
      if (answer !== undefined) return answer;
      continue;
    }
    const result = await carryOut(attempt, protocol, context);
    if ('type' in result) return result;
    candidates.failed(result, attempt);
  }
}

function lastOf({ attempts: { lastFailure, lastAnswered } }: Exchange): ReportedFailure {
  return { failure: lastFailure, answered: lastAnswered };
}

/** The client left, the deadline passed or the gateway stops while nothing was being tried. */
function endedFromOutside({ kind, limit }: Aborted, exchange: Exchange): Exhausted {
  const failure = transportFailure(kind, limit);
  const { lastAnswered: answered } = exchange.attempts;
  return { type: 'exhausted', failure, answered, retryAfterMs: 0, everyRouteTried: false };
}

/** Resolves to false if what was waited for did not come. */
function wait({ ms }: Wait, exchange: Exchange, context: Context): Promise<boolean> {
  const { asked } = exchange;
  if (ms !== 'until_free') return waitFor(ms, exchange, context);
  return asked === undefined ? Promise.resolve(false) : waitForRoom(asked, exchange, context);
}

/** Resolves to false if the exchange was aborted meanwhile. */
function waitFor(ms: number, exchange: Exchange, { clock }: Context): Promise<boolean> {
  exchange.waits.add(ms);
  exchange.waits.note({ for: 'retry', atMs: clock.now() - exchange.startedAt, ms });
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
