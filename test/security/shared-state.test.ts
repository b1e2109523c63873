// What outlives a request has to say whose it is. Whoever adds to it adds a row here, and a line to the documentation.
import { expect, test } from 'bun:test';
import { App } from '../../src/app.ts';
import { configOf } from '../../src/config/schema.ts';

/** How callers are kept apart in each thing that all requests work with. */
const WHOSE: Readonly<Record<string, 'by caller' | 'by address' | 'of all: no content and no names' | 'of operators'>> =
  {
    itemStore: 'by caller',
    owners: 'by caller',
    cooldowns: 'of all: no content and no names',
    health: 'of all: no content and no names',
    queue: 'of all: no content and no names',
    budget: 'of all: no content and no names',
    failedKeys: 'by address',
    shortage: 'of all: no content and no names',
    clock: 'of all: no content and no names',
    random: 'of all: no content and no names',
    log: 'of operators',
    sinks: 'of operators',
    reload: 'of operators',
    admin: 'of operators',
    signIn: 'by caller',
    callers: 'by caller',
    openStore: 'of operators',
    status: 'of operators',
    rehearsals: 'by caller',
  };

/** The same of each feature, which keeps what it counts to itself. */
const WHOSE_OF_FEATURES: Readonly<Record<string, (typeof WHOSE)[string]>> = {
  log: 'of operators',
  metrics: 'of operators',
  recent: 'of operators',
  demo: 'of operators',
  traces: 'of operators',
  ledger: 'of operators',
  ledger_room: 'of all: no content and no names',
  steering: 'of operators',
  bodies: 'by caller',
  keys: 'of operators',
  caller_concurrency: 'by caller',
  caller_rates: 'by caller',
  rate_limit: 'by address',
  budgets: 'by caller',
  queue: 'of all: no content and no names',
};

test('everything that requests have in common says whose it is', async () => {
  const app = await App.create(configOf({ logging: { base_dir: '' } }, '127.0.0.1:0'), undefined, {});
  try {
    const { tools } = app.gateway as unknown as { readonly tools: object };
    expect(Object.keys(tools).toSorted()).toEqual(Object.keys(WHOSE).toSorted());
    expect(app.features.all.map(({ name }) => name)).toEqual(Object.keys(WHOSE_OF_FEATURES));
  } finally {
    await app.close();
  }
});
