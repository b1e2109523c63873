import { expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { featureTools } from '../../../test/kit/feature-tools.ts';
import { logSettings } from '../../../test/kit/log-settings.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { createBudgets } from './feature.ts';
import type { SpentSource } from './spent-source.ts';

const CONFIG = configOf(
  {
    keys: [{ name: 'ci', key: 'a-key-of-the-gateway', models: ['*'], budgets: [{ usd: '5', per: 'month' }] }],
    budgets: [{ name: 'all', requests: 10, per: 'year' }],
  },
  '127.0.0.1:0',
);

async function started(spentSource: SpentSource | undefined) {
  const lines: string[] = [];
  const tools = featureTools(new FakeClock(), (line) => lines.push(line));
  tools.log.configure(logSettings(undefined, { consoleFormat: 'json', consoleLevel: 'warn' }));
  const feature = createBudgets(tools, { spentSource: () => spentSource });
  await feature.start?.(CONFIG);
  feature.configure(
    CONFIG,
    buildSnapshot(CONFIG, { live: new LiveBackends(() => true), env: {}, prompts: undefined, policies: [] }),
  );
  const shown = (): string => (feature.families ?? []).map((family) => family.render()).join('');
  const metrics = shown();
  await feature.close?.();
  await tools.log.close();
  return { metrics, shown, lines };
}

test('budgets start with what the store and the ledger remember of their windows', async () => {
  const january = Date.UTC(2026, 0, 1);
  const { metrics, lines } = await started({
    spent: () =>
      Promise.resolve([
        { budget: 'key:ci/usd-month:usd/month', window: january, amount: 1_500_000_000n },
        { budget: 'key:ci/usd-month:usd/month', window: january, amount: 250_000_000n },
        { budget: 'key:ci/usd-month:usd/month', window: Date.UTC(2025, 11, 1), amount: 4_000_000_000n },
        { budget: 'all/all:requests/year', window: january, amount: 7n },
      ]),
  });
  expect(metrics).toContain('llm_proxy_budget_spent{budget="key:ci/usd-month",unit="usd",mode="hard"} 1.75');
  expect(metrics).toContain('llm_proxy_budget_spent{budget="all/all",unit="requests",mode="hard"} 7');
  expect(metrics).toContain('llm_proxy_budget_limit{budget="key:ci/usd-month",unit="usd",mode="hard"} 5');
  expect(lines).toEqual([]);
});

test('what the database tells only later is added, to windows under way as well', async () => {
  const january = Date.UTC(2026, 0, 1);
  const row = { budget: 'key:ci/usd-month:usd/month', window: january };
  let late: Parameters<SpentSource['spent']>[0] = () => undefined;
  const source: SpentSource = {
    spent: (later) => {
      late = later;
      return Promise.resolve([{ ...row, amount: 500_000_000n }]);
    },
  };
  const { shown } = await started(source);
  expect(shown()).toContain('llm_proxy_budget_spent{budget="key:ci/usd-month",unit="usd",mode="hard"} 0.5');
  late([
    { ...row, amount: 1_250_000_000n },
    { budget: 'all/all:requests/year', window: january, amount: 7n },
  ]);
  expect(shown()).toContain('llm_proxy_budget_spent{budget="key:ci/usd-month",unit="usd",mode="hard"} 1.75');
  expect(shown()).toContain('llm_proxy_budget_spent{budget="all/all",unit="requests",mode="hard"} 7');
});

test('without anybody who remembers, the log says that a restart forgets', async () => {
  const { metrics, lines } = await started(undefined);
  expect(metrics).toContain('llm_proxy_budget_spent{budget="all/all",unit="requests",mode="hard"} 0');
  expect(lines.join('')).toContain('a restart forgets what was spent');
});
