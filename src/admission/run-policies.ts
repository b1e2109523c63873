import type { Context } from '../context.ts';
import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { logBug } from '../records/log-bug.ts';
import type { Admission, Policy } from './policy.ts';

/**
 * Takes the exchange through the policies, in their order; without a promise where none of them waits. Throws or rejects
 * with the Refusal of the first that refuses; then nothing is taken. What is taken is settled when the exchange ends.
 * `areAll`: with them it is let in; otherwise others follow.
 */
export function runPolicies(
  policies: readonly Policy[],
  exchange: Exchange,
  context: Context,
  areAll = true,
): void | Promise<void> {
  let passed = 0;
  try {
    for (const policy of policies) {
      const admission = policy.admit(exchange, context);
      passed++;
      if (admission instanceof Promise)
        return runRest(admission, { rest: policies.slice(passed), areAll }, exchange, context);
      if (admission !== undefined) exchange.leases.add(admission);
    }
  } catch (error) {
    giveUp(exchange, context);
    throw error;
  }
  exchange.leases.isComplete = areAll;
}

/** Goes on once a policy has stopped waiting. */
async function runRest(
  waiting: Promise<Admission>,
  { rest, areAll }: { readonly rest: readonly Policy[]; readonly areAll: boolean },
  exchange: Exchange,
  context: Context,
): Promise<void> {
  try {
    const admission = await waiting;
    if (admission !== undefined) exchange.leases.add(admission);
    // Its record is written, and nobody else would settle what comes now.
    if (exchange.closed) throw new Refusal('client_closed_request', 'The client left while the request waited.');
  } catch (error) {
    giveUp(exchange, context);
    throw error;
  }
  await runPolicies(rest, exchange, context, areAll);
}

/** Lets policies that a reload has put into force count the exchanges that were admitted before. */
export function adoptAdmitted(policies: readonly Policy[], exchanges: readonly Exchange[], context: Context): void {
  for (const policy of policies) {
    if (policy.adopt === undefined) continue;
    for (const exchange of exchanges) {
      if (!exchange.leases.isComplete) continue;
      const lease = policy.adopt(exchange, context);
      if (lease !== undefined) exchange.leases.add(lease);
    }
  }
}

/** It is not let in. */
function giveUp(exchange: Exchange, { log }: Context): void {
  exchange.leases.settle(undefined, (error) => logBug(error, exchange, log));
}
