import { hostname } from 'node:os';
import type { Config } from '../../config/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import { dataFolder, hasStore } from '../../config/store-place.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import type { Environment } from '../../lib/environment.ts';
import type { BudgetSpend } from '../../storage/budget-spend.ts';
import { createRedactor } from '../log/redact.ts';
import { ledgerFamilies } from './ledger-families.ts';
import { statusOf, troubleOf } from './ledger-state.ts';
import { Ledger, LEDGER_FULL } from './ledger.ts';
import { Retention } from './retention.ts';
import type { WriterLimits } from './row-writer.ts';
import { spentSoFar } from './spent.ts';
import { storeSink } from './store-sink.ts';

const MIB = 1024 * 1024;
/** A database that is away may be back by then. */
const RETRY_AFTER_S = '5';

/** The ledger as features of the gateway, and what others want of it. */
export interface LedgerParts {
  /** Takes a row of every exchange. */
  readonly ledger: Feature;
  /** Refuses new requests while there is no room for their rows (`ledger.on_full: refuse`). */
  readonly room: Feature;
  /**
   * What was spent of all budgets so far; `later` gets what is known only when the database answers. To be called once the
   * ledger has started, and before requests come.
   */
  spent(later: (spends: BudgetSpend[]) => void): Promise<readonly BudgetSpend[]>;
}

/** Makes the ledger, in two features. */
export function createLedger({ clock, log, store, env, file }: FeatureTools): LedgerParts {
  let ledger: Ledger | undefined;
  const retention = new Retention(clock, log, async () => (await store()).ledger);
  return {
    ledger: {
      name: 'ledger',
      isOn,
      sink: { record: (record) => ledger?.record(record) },
      families: ledgerFamilies(() => ledger?.state),
      async start(config) {
        const tools = { clock, log, random: Math.random, sink: storeSink(store) };
        ledger = new Ledger(placeOf(config, file), tools, limitsOf(config, env));
        await ledger.start();
      },
      configure(config) {
        ledger?.configure(limitsOf(config, env));
        retention.keepDays = isOn(config) ? config.ledger.keep_days : Infinity;
        retention.keepUsageDays = config.ledger.keep_usage_days;
        if (ledger !== undefined) retention.start();
      },
      async close() {
        await retention.stop();
        await ledger?.close();
      },
      degraded: () => (ledger === undefined ? undefined : troubleOf(ledger.state)),
      status: () => (ledger === undefined ? {} : statusOf(ledger.state)),
    },
    room: {
      name: 'ledger_room',
      isOn: (config) => isOn(config) && config.ledger.on_full === 'refuse',
      policy: {
        name: 'ledger_room',
        check: () => refuseIfFull(ledger),
        admit() {
          refuseIfFull(ledger);
          return undefined;
        },
      },
      configure: () => undefined,
    },
    async spent(later) {
      const started = ledger;
      if (started === undefined) return [];
      const sources = {
        replayUnshipped: started.replayUnshipped.bind(started),
        beforeOwnRows: started.beforeOwnRows.bind(started),
        store,
        clock,
        unknown: ({ message }: Error) => log.error(SPENT_UNKNOWN, { cause: message }),
        known: () => log.info(SPENT_KNOWN),
      };
      return await spentSoFar(sources, later);
    },
  };
}

const SPENT_UNKNOWN =
  'what was spent of budgets cannot be read from the database: they begin with what the journal has';
const SPENT_KNOWN = 'what was spent of budgets could be read from the database';

function refuseIfFull(ledger: Ledger | undefined): void {
  if (ledger?.isRefusing !== true) return;
  throw new Refusal(
    LEDGER_FULL,
    'The gateway can note no more requests, for its database does not take them; try again later.',
    { headers: { 'retry-after': RETRY_AFTER_S } },
  );
}

function isOn(config: Config): boolean {
  return config.ledger.enabled && hasStore(config);
}

function placeOf({ data_dir: dir, node_name: node }: Config, file: string | undefined) {
  return { dataDir: dataFolder(dir, file), node: node ?? hostname() };
}

function limitsOf(config: Config, env: Environment): WriterLimits {
  const { max_journal_mb: most, on_full: onFull } = config.ledger;
  return { maxJournalBytes: most * MIB, onFull, mask: createRedactor(secretsOf(config, env)) };
}
