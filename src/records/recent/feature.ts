import { hostname } from 'node:os';
import { secretsOf } from '../../config/secrets.ts';
import { hasStore } from '../../config/store-place.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { createRedactor } from '../log/redact.ts';
import { seed } from './seed.ts';

/** What the process has seen lately, as a feature that is always on. It reads what was before in the background. */
export function createRecent({ recent, store, env }: FeatureTools): Feature {
  let isClosed = false;
  let seeding: Promise<void> = Promise.resolve();
  return {
    name: 'recent',
    isOn: () => true,
    sink: recent,
    start(config) {
      // A demo has a past only when that has been made up, and then reads it.
      if (hasStore(config) && config.ledger.enabled && config.isDemo !== true) seeding = seeded();
      return Promise.resolve();
    },
    configure(config) {
      recent.node = config.node_name ?? hostname();
      recent.mask = createRedactor(secretsOf(config, env));
    },
    async close() {
      isClosed = true;
      await seeding;
    },
  };

  async function seeded(): Promise<void> {
    try {
      await seed(recent, (await store()).ledger, () => isClosed);
    } catch {
      // What is shown then begins with this process. The ledger tells that its database is away.
    }
  }
}
