import type { Config } from '../../config/schema.ts';
import { concurrencySchema } from '../../config/sections/limits.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { queuePolicy } from './queue-slot.ts';
import type { QueueSettings } from './queue.ts';

/** The slots and the queue of `concurrency` as a feature. The queue itself is one of the tools: attempts wait in it too. */
export function createQueue({ queue }: FeatureTools): Feature {
  return {
    name: 'queue',
    isOn: limitsConcurrency,
    policy: queuePolicy,
    configure: (config) => queue.configure(settingsOf(config)),
  };
}

function limitsConcurrency({ concurrency, backends }: Config): boolean {
  return concurrency.enabled || backends.some(({ max_concurrency: limit }) => limit !== undefined);
}

/** How many requests run and wait. Switched off, it leaves the defaults of the queue, for backends with limits of their own. */
function settingsOf({ concurrency }: Config): QueueSettings {
  const { enabled } = concurrency;
  const queue = enabled ? concurrency : concurrencySchema.parse(undefined);
  return {
    maxRequests: enabled ? concurrency.max_requests : Infinity,
    maxQueueSize: queue.max_queue_size,
    queueTimeoutMs: queue.queue_timeout === 0 ? Infinity : queue.queue_timeout,
    overflow: queue.overflow,
  };
}
