import { runPolicies } from '../admission/run-policies.ts';
import type { Context } from '../context.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Outcome } from '../core/outcome.ts';
import { Refusal } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { ServingLink } from './serving-link.ts';

/** Has the links of the snapshot serve a request once it is `admitted`. Nothing reaches the client before it resolves. */
export function serve(
  admitted: void | Promise<void>,
  exchange: Exchange,
  client: Protocol,
  context: Context,
): Promise<Outcome> {
  // Mostly there is nothing to wait for and nobody but the backends to ask: no promise stands between.
  const isDirect = admitted === undefined && context.snapshot.links.length === 1;
  return isDirect ? fromLink(0, exchange, client, context) : onceAdmitted(admitted, exchange, client, context);
}

async function onceAdmitted(
  admitted: void | Promise<void>,
  exchange: Exchange,
  client: Protocol,
  context: Context,
): Promise<Outcome> {
  try {
    await admitted;
    return await fromLink(0, exchange, client, context);
  } catch (error) {
    if (error instanceof Refusal) return { type: 'refused', refusal: error };
    throw error;
  }
}

/** Serves by the link at `at` and those behind it. */
function fromLink(at: number, exchange: Exchange, client: Protocol, context: Context): Promise<Outcome> {
  const { links } = context.snapshot;
  const link = links[at];
  if (link === undefined) throw new Error('no link has served the request');
  const behind = at + 1;
  if (behind === links.length && !exchange.leases.isComplete) return toBackends(link, exchange, client, context);
  const next = behind === links.length ? nobody : () => fromLink(behind, exchange, client, context);
  return link.serve(exchange, client, context, next);
}

/** No link before has answered: what limits the backends is met now. */
async function toBackends(link: ServingLink, exchange: Exchange, client: Protocol, context: Context): Promise<Outcome> {
  if (exchange.endpoint?.limits !== 'none') await runPolicies(context.snapshot.policiesForBackends, exchange, context);
  return await link.serve(exchange, client, context, nobody);
}

/** Behind the last link. */
function nobody(): never {
  throw new Error('no link is left to serve the request');
}
