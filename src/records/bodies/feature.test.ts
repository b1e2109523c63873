import { expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { featureTools } from '../../../test/kit/feature-tools.ts';
import { configOf } from '../../config/schema.ts';
import type { Snapshot } from '../../snapshot.ts';
import type { Store } from '../../storage/store.ts';
import { HeardLog } from '../ledger/ledger.fixture.ts';
import { createBodies } from './feature.ts';

const DAY_MS = 86_400_000;

test('days go by an age of their own, and not by that of the rows', async () => {
  const clock = new FakeClock(0, Date.UTC(2026, 10, 22, 12));
  const { log, lines } = new HeardLog();
  const dropped: number[] = [];
  const bodies: Partial<Store['bodies']> = {
    dropDaysBefore(day) {
      dropped.push(day);
      return Promise.resolve([day - 1]);
    },
  };
  const store = { bodies } as Store;
  const tools = { ...featureTools(clock), log, store: () => Promise.resolve(store) };
  const feature = createBodies(tools);
  const config = configOf({ data_dir: 'd', ledger: { keep_bodies_days: 3 } }, '127.0.0.1:0');
  expect([feature.isOn(config), feature.isOn({ ...config, ledger: { ...config.ledger, enabled: false } })]).toEqual([
    true,
    false,
  ]);
  await feature.start?.(config);
  feature.configure(config, {} as Snapshot);
  await feature.close?.();
  const today = Date.UTC(2026, 10, 22) / DAY_MS;
  expect(dropped).toEqual([today - 3]);
  expect(lines).toEqual(['info: old days of kept bodies were dropped']);
  expect(clock.pending).toBe(0);
});
