import type { Context } from '../context.ts';
import type { AdmissionLease } from '../core/admission-lease.ts';
import type { Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import { settleLeases } from '../records/settle-leases.ts';
import type { Admission, Policy } from './policy.ts';

/**
 * Takes the exchange through the policies, in their order; without a promise where none of them waits. Throws or rejects
 * with the Refusal of the first that refuses; then nothing is taken. What is taken is settled when the exchange ends.
 */
export function runPolicies(policies: readonly Policy[], exchange: Exchange, context: Context): void | Promise<void> {
  let passed = 0;
  try {
    for (const policy of policies) {
      const admission = policy.admit(exchange, context);
      passed++;
      if (admission instanceof Promise) return runRest(admission, policies.slice(passed), exchange, context);
      if (admission !== undefined) hold(admission, exchange);
    }
  } catch (error) {
    settleLeases(exchange, undefined, context.log);
    throw error;
  }
  exchange.admitted = true;
}

/** Goes on once a policy has stopped waiting. */
async function runRest(
  waiting: Promise<Admission>,
  rest: readonly Policy[],
  exchange: Exchange,
  context: Context,
): Promise<void> {
  try {
    const admission = await waiting;
    if (admission !== undefined) hold(admission, exchange);
    // Its record is written, and nobody else would settle what comes now.
    if (exchange.closed) throw new Refusal('client_closed_request', 'The client left while the request waited.');
  } catch (error) {
    settleLeases(exchange, undefined, context.log);
    throw error;
  }
  await runPolicies(rest, exchange, context);
}

/** Lets policies that a reload has put into force count the exchanges that were admitted before. */
export function adoptAdmitted(policies: readonly Policy[], exchanges: readonly Exchange[], context: Context): void {
  for (const policy of policies) {
    if (policy.adopt === undefined) continue;
    for (const exchange of exchanges) {
      if (!exchange.admitted) continue;
      const lease = policy.adopt(exchange, context);
      if (lease !== undefined) hold(lease, exchange);
    }
  }
}

function hold(lease: AdmissionLease, exchange: Exchange): void {
  lease.earlier = exchange.lease;
  exchange.lease = lease;
}
