import type { Config } from '../../config/schema.ts';
import { hasStore } from '../../config/store-place.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import type { Snapshot } from '../../snapshot.ts';
import { placeOf } from '../keys/caller-of.ts';
import { AlertQueue } from './alert-queue.ts';
import { alertMemory } from './alert-memory.ts';
import { alertsDue } from './alert.ts';
import type { BudgetSettings } from './budget-book.ts';
import { budgetFamilies } from './budget-families.ts';
import { Expectation } from './expectation.ts';
import { keyOwner, teamOwner } from './budget-rule.ts';
import { Forgetting } from './forgetting.ts';
import { budgetPolicy } from './policy.ts';
import { sendAlert } from './send-alert.ts';
import type { SpentSource } from './spent-source.ts';
import { TablePricer } from './table-pricer.ts';

/** What budgets need of other features. */
export interface BudgetSources {
  /** Who remembers what was spent; undefined: nobody does under this config. */
  spentSource(config: Config): SpentSource | undefined;
}

/** Budgets and tokens per minute as a feature. */
export function createBudgets(
  { clock, log, store, callers, budgets: book }: FeatureTools,
  { spentSource }: BudgetSources,
): Feature {
  const counts = { sent: 0, failed: 0 };
  const alerts = new AlertQueue(clock, sendAlert, {
    sent: () => counts.sent++,
    failed({ budget, threshold }, cause) {
      counts.failed++;
      log.warn('an alert of a budget could not be delivered', { budget, threshold, cause });
    },
  });
  const memory = alertMemory(store);
  const forgetting = new Forgetting(book, callers, clock);
  const pricers = new WeakMap<PriceBook, TablePricer>();
  const pricerOf = (prices: PriceBook): TablePricer => {
    const known = pricers.get(prices) ?? new TablePricer(prices, () => clock.wallNow());
    pricers.set(prices, known);
    return known;
  };
  const tools = {
    book,
    expectation: new Expectation(),
    pricerOf: ({ prices }: Snapshot) => pricerOf(prices),
    clock,
    onSpent(pool: Parameters<typeof alertsDue>[0]) {
      for (const alert of alertsDue(pool, clock.wallNow())) {
        const { budget, threshold, mode, isAgain } = alert;
        if (!isAgain) log.info('a budget has reached a percentage of its limit', { budget, threshold, mode });
        if (!isAgain || alerts.memory !== undefined) alerts.add(alert);
      }
    },
  };
  return {
    name: 'budgets',
    isOn,
    policy: budgetPolicy(tools),
    families: budgetFamilies(
      book,
      () => clock.wallNow(),
      () => ({ ...counts, waiting: alerts.waiting }),
    ),
    async start(config) {
      const source = spentSource(config);
      if (source !== undefined) book.restore(await source.spent((rows) => book.restore(rows)));
      else log.warn('budgets are counted in memory alone: a restart forgets what was spent', {});
    },
    configure(config) {
      book.configure(settingsOf(config));
      const { webhook: url, secret } = config.alerts ?? {};
      alerts.memory = hasStore(config) ? memory : undefined;
      alerts.target = url === undefined ? undefined : { url, secret };
      if (isOn(config)) forgetting.start();
    },
    async close() {
      forgetting.stop();
      await alerts.close();
    },
  };
}

/** Keys that are made at run time may have budgets at any moment. */
function isOn(config: Config): boolean {
  const { matched, aliases, owners } = settingsOf(config);
  if (matched.length + aliases.length + owners.length > 0 || hasStore(config)) return true;
  return [...(config.keys ?? []), ...(config.teams ?? [])].some(({ tpm }) => tpm !== undefined);
}

function settingsOf({ budgets = [], models, keys = [], teams = [], rate_limit: limits }: Config): BudgetSettings {
  const aliases = Object.entries(models).map(([name, { enabled, budgets: own = [] }]) => ({
    name,
    enabled,
    budgets: own,
    tokensPerMinute: limits.enabled ? limits.per_model_tpm[name] : undefined,
  }));
  return {
    matched: budgets,
    aliases: aliases.filter(
      ({ enabled, budgets: own, tokensPerMinute }) => enabled && (own.length > 0 || tokensPerMinute !== undefined),
    ),
    owners: [
      ...keys.map(({ name, team, budgets: own = [] }) => ({
        owner: keyOwner({ id: placeOf(name, team), name, team, keyId: undefined }),
        budgets: own,
      })),
      ...teams.map(({ name, budgets: own = [] }) => ({ owner: teamOwner(name), budgets: own })),
    ].filter(({ budgets: own }) => own.length > 0),
  };
}
