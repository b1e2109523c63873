import { createBudgets } from './admission/budget/feature.ts';
import { createCallerConcurrency, createCallerRates } from './admission/caller-limits/feature.ts';
import { createKeys } from './admission/keys/feature.ts';
import { createQueue } from './admission/queue/feature.ts';
import { createRateLimits } from './admission/rate-limit/feature.ts';
import { createDemo } from './demo/feature.ts';
import type { Feature, FeatureTools } from './feature.ts';
import { createBodies } from './records/bodies/feature.ts';
import { createLedger } from './records/ledger/feature.ts';
import { createLogSink } from './records/log/feature.ts';
import { createMetricsSink } from './records/metrics/feature.ts';
import { createRecent } from './records/recent/feature.ts';
import { createTraces } from './records/traces/feature.ts';
import { logSettings } from './settings.ts';
import { createSteering } from './upstream/steering/feature.ts';

/**
 * The one list of features. A config is put into force, a request meets the policies, and a record goes to the sinks in this
 * order; they are closed in the opposite one.
 */
export function createFeatures(tools: FeatureTools): readonly Feature[] {
  const { ledger, room, spent } = createLedger(tools);
  return [
    createLogSink(tools, logSettings),
    createMetricsSink(tools),
    createRecent(tools),
    createDemo(tools),
    createTraces(tools),
    ledger,
    room,
    createSteering(tools),
    createBodies(tools),
    createKeys(tools),
    // Takes nothing that comes back only with time, so it is asked before the rates.
    createCallerConcurrency(tools),
    createCallerRates(tools),
    // Before the queue: whoever is over a limit is refused at once, without waiting first.
    createRateLimits(tools),
    // After them: a hold takes longer, and is given back less often.
    createBudgets(tools, { spentSource: (config) => (ledger.isOn(config) ? { spent } : undefined) }),
    // Last: a request that gets a slot is sent, so no other policy may refuse it or let it wait after that.
    createQueue(tools),
  ];
}
