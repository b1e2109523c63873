import { hostname } from 'node:os';
import { teamOwner } from '../admission/budget/budget-rule.ts';
import type { SpentRow } from '../admission/budget/spent-source.ts';
import type { LedgerRow } from '../core/ledger-row.ts';
import type { Feature, FeatureTools } from '../feature.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { RecentActivity } from '../records/recent/recent-activity.ts';
import { seed } from '../records/recent/seed.ts';
import { StoreConflict, StoreUnavailable } from '../storage/store-errors.ts';
import type { Store } from '../storage/store.ts';
import { historyEnd } from './history-end.ts';
import { historyOf } from './history.ts';
import type { MadeHistory } from './history.ts';
import { budgetsOfTeam } from './people.ts';

/**
 * The past of a demo: teams, keys and two hours of requests that are made up once it listens, in the demo's own database.
 * Every row of it has the tag `demo=history`. Where a config file or a provider's key is there, this is off for good.
 */
export function createDemo({ clock, store, recent, budgets }: FeatureTools): Feature {
  let isClosed = false;
  let writing: Promise<void> | undefined;
  let own: RecentActivity | undefined;
  return {
    name: 'demo',
    isOn: ({ isDemo, data_dir: dir }) => isDemo === true && dir !== undefined,
    sink: { record: (record) => own?.record(record) },
    start() {
      own = new RecentActivity(clock);
      recent.withoutHistory = own;
      return Promise.resolve();
    },
    configure(config, { prices }) {
      if (own === undefined) return;
      own.node = config.node_name ?? hostname();
      own.mask = recent.mask;
      // The gateway listens first.
      writing ??= Bun.sleep(0).then(() => written(own?.node ?? '', prices));
    },
    async close() {
      isClosed = true;
      await writing;
    },
  };

  async function written(node: string, prices: PriceBook): Promise<void> {
    try {
      const until = Date.parse(historyEnd(recent));
      const history = historyOf({ until, prices, node });
      const opened = await store();
      await writePeople(history, opened);
      const spent = await writeRows(history, opened, () => isClosed);
      if (isClosed) return;
      // The book was read when there was no history yet.
      budgets.restore([...spent.values()]);
      // From now on they are told of, whether somebody looks at them or not.
      for (const { team } of history.teams) budgets.of(teamOwner(team.name), budgetsOfTeam(team.name));
      await seed(recent, opened.ledger, () => isClosed);
    } catch (error) {
      // What there is then begins with this process. The ledger tells that its database is away; a name may be taken already.
      if (!(error instanceof StoreUnavailable) && !(error instanceof StoreConflict)) throw error;
    }
  }
}

async function writePeople({ teams, keys }: MadeHistory, store: Store): Promise<void> {
  for (const { team, audit } of teams) await store.teams.insert(team, { audit });
  for (const { key, audit } of keys) await store.keys.insert(key, { audit });
}

/** A few minutes at a time, so that requests get their turn between them. */
const BATCH_ROWS = 150;

/** Resolves to what the rows have spent of budgets. */
async function writeRows(history: MadeHistory, store: Store, isStopped: () => boolean): Promise<Map<string, SpentRow>> {
  const spent = new Map<string, SpentRow>();
  let batch: LedgerRow[] = [];
  for (const rows of history.rows()) {
    batch.push(...rows);
    for (const { budget, window, amount } of rows.flatMap(({ charges }) => charges)) {
      const key = `${window} ${budget}`;
      spent.set(key, { budget, window, amount: (spent.get(key)?.amount ?? 0n) + BigInt(amount) });
    }
    if (batch.length < BATCH_ROWS) continue;
    await store.ledger.append(batch);
    batch = [];
    if (isStopped()) return spent;
  }
  await store.ledger.append(batch);
  return spent;
}
