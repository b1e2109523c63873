import type { Config } from '../../config/schema.ts';
import { hasStore } from '../../config/store-place.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { messageOf } from '../../lib/message-of.ts';
import { StoreUnavailable } from '../../storage/store-errors.ts';
import { Retention } from '../ledger/retention.ts';
import type { Log } from '../log/log.ts';
import { bodyFamilies } from './body-families.ts';
import { BodyWriter, type BodyWriterEvents } from './body-writer.ts';

/** Keeps the bodies of exchanges whose key or alias has `log_bodies`. */
export function createBodies({ clock, log, store }: FeatureTools): Feature {
  const writer = new BodyWriter({
    clock,
    random: Math.random,
    sink: {
      append: async (bodies) => await (await store()).bodies.append(bodies),
      ping: async () => await (await store()).ping(),
      isUnavailable: (error) => error instanceof StoreUnavailable,
    },
    mask: (text) => log.mask(text),
    events: tellOf(log),
  });
  const days = async () => {
    const { bodies } = await store();
    return { dropDaysBefore: bodies.dropDaysBefore, dropRollupsBefore: () => Promise.resolve(0) };
  };
  const retention = new Retention(clock, log, days, {
    dropped: (gone) => log.info('old days of kept bodies were dropped', gone),
    failed: (cause) => log.error('old days of kept bodies cannot be dropped', { cause }),
  });
  let hasStarted = false;
  return {
    name: 'bodies',
    isOn,
    sink: writer,
    families: bodyFamilies(writer),
    start: () => {
      hasStarted = true;
      return Promise.resolve();
    },
    configure(config) {
      retention.keepDays = isOn(config) ? config.ledger.keep_bodies_days : Infinity;
      if (hasStarted) retention.start();
    },
    async close() {
      await retention.stop();
      const lost = await writer.close();
      if (lost > 0) log.error('bodies of requests are lost', { requests: lost });
    },
    status: () => ({ waiting: writer.waiting, kept: writer.kept, left_out: writer.leftOut, lost: writer.lost }),
  };
}

function isOn(config: Config): boolean {
  return config.ledger.enabled && hasStore(config);
}

function tellOf(log: Log): BodyWriterEvents {
  let hasLost = false;
  return {
    stopped: (error) =>
      log.error('the store takes no bodies of requests: they wait in memory', { cause: messageOf(error) }),
    resumed: () => log.info('the store takes bodies of requests again'),
    lost(error) {
      if (!hasLost) log.error('bodies of a request could not be kept', { err: error });
      hasLost = true;
    },
  };
}
