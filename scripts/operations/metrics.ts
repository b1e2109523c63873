import { BackendLive } from '../../src/core/backend-live.ts';
import { Steering } from '../../src/upstream/steering/steering.ts';
import { BudgetBook } from '../../src/admission/budget/budget-book.ts';
import { CallerAccess } from '../../src/admission/keys/caller-access.ts';
import { RequestQueue } from '../../src/admission/queue/queue.ts';
import { configOf } from '../../src/config/schema.ts';
import { CONSEQUENCES } from '../../src/core/failure.ts';
import { createFeatures } from '../../src/features.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/records/log/log.ts';
import { LABELS } from '../../src/records/metrics/labels.ts';
import { RecentActivity } from '../../src/records/recent/recent-activity.ts';
import { Metrics } from '../../src/records/metrics/metrics.ts';
import { OUTCOMES } from '../../src/records/metrics/outcome.ts';
import type { Family } from '../../src/records/metrics/prometheus.ts';
import { logSettings } from '../../src/settings.ts';
import { code, codes, table } from './table.ts';
import type { Localize } from './table.ts';

/** Every metric, and what its labels and outcomes mean. */
export function metricsBlock(localize: Localize): string {
  const families = allFamilies();
  const metrics = families.map(({ name, type, labels, help }) => [code(name), type, codes(labels), localize(help)]);
  const used = new Set(families.flatMap(({ labels }) => labels));
  const labels = [...used].map((label) => [code(label), localize(meaningOf(label))]);
  const outcomes = Object.entries(OUTCOMES).map(([outcome, meaning]) => [code(outcome), localize(meaning)]);
  const failures = Object.entries(CONSEQUENCES).map(([kind, { words }]) => [
    code(kind),
    localize(`The backend ${words}.`),
  ]);
  return [
    table(localize, ['metric', 'type', 'labels', 'meaning'], metrics),
    localize('A histogram has the samples `…_bucket` (with the label `le`), `…_sum` and `…_count`.'),
    localize('**Labels**'),
    table(localize, ['label', 'meaning'], labels),
    localize('**What a request came to** (`outcome` of `llm_proxy_alias_requests_total`)'),
    table(localize, ['outcome', 'meaning'], outcomes),
    localize('**What came of an attempt** (`outcome` of `llm_proxy_attempts_total`, and `failure` in the log)'),
    table(localize, ['outcome', 'meaning'], [[code('success'), localize('It served.')], ...failures]),
  ].join('\n\n');
}

function meaningOf(label: string): string {
  const meaning = LABELS[label];
  if (meaning === undefined)
    throw new Error(`the label ${label} means nothing: write it into src/records/metrics/labels.ts`);
  return meaning;
}

/** Those of the gateway, and those of each feature, which `/metrics` shows while the feature is on. */
function allFamilies(): readonly Family[] {
  const clock = systemClock;
  const metrics = new Metrics(NOTHING);
  const config = configOf({ logging: { base_dir: '' } }, '127.0.0.1:0');
  const log = createLog(logSettings(config, {}), { clock, console: () => undefined });
  const features = createFeatures({
    clock,
    log,
    env: {},
    metrics,
    queue: new RequestQueue(clock),
    file: undefined,
    budgets: new BudgetBook(),
    recent: new RecentActivity(clock),
    steering: new Steering(clock, log, (name) => new BackendLive(name)),
    callers: new CallerAccess(),
    store: () => Promise.reject(new Error('there is no database')),
  });
  return [...metrics.families, ...features.flatMap(({ families = [] }) => families)];
}

/** Enough to have every family, none of which is read. Those that only Linux has are missing elsewhere. */
const NOTHING: ConstructorParameters<typeof Metrics>[0] = {
  backends: () => [],
  aliases: () => [],
  queueDepth: () => 0,
  droppedLogLines: () => 0,
  bufferedBytes: () => 0,
  bufferedLimitBytes: () => 0,
  accepting: () => true,
  version: '',
};
