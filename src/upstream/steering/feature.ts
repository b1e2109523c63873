import type { Config } from '../../config/schema.ts';
import { hasStore } from '../../config/store-place.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { single } from '../../records/metrics/families.ts';
import { Gauge } from '../../records/metrics/prometheus.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';

/** The start waits so long to be told which backends are drained. */
const READ_LIMIT_MS = 1000;

/** What operators see of routes and do to them, as a feature. */
export function createSteering({ steering, store, log, clock }: FeatureTools): Feature {
  const { drains, rehearsals, traffic } = steering;
  let isRestored = false;
  const read = async (): Promise<void> => {
    try {
      await drains.restore(await store());
      isRestored = true;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.error('which backends are drained cannot be read', { cause: error.message });
    }
  };
  // What the database says later than that counts from then on: requests wait for nobody.
  const restore = async (config: Config): Promise<void> => {
    if (isRestored || !hasStore(config)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(READ_LIMIT_MS, resolve);
    await Promise.race([read(), promise]).finally(cancel);
  };
  return {
    name: 'steering',
    isOn: () => true,
    start: restore,
    sink: {
      record(record) {
        traffic.record(record);
        if (record.rehearsals !== undefined) rehearsals.record(record);
      },
    },
    families: [
      single('rehearsals', 'Rehearsals of failures that are under way.', () => rehearsals.count),
      new Gauge({
        name: 'llm_proxy_rehearsed_attempts_total',
        help: 'Attempts that a rehearsal let fail. No other metric counts the requests of rehearsals, but for what they cost.',
        type: 'counter',
        labels: ['backend'],
        read: () => Array.from(rehearsals.attempts, ([backend, count]) => [[backend], count]),
      }),
    ],
    configure: (_config, { aliases }) => traffic.keep(aliases),
    close() {
      rehearsals.close();
      return Promise.resolve();
    },
    status() {
      const draining = drains.names();
      return draining.length === 0 && rehearsals.count === 0 ? undefined : { draining, rehearsals: rehearsals.count };
    },
  };
}
