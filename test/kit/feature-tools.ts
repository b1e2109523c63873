import { BudgetBook } from '../../src/admission/budget/budget-book.ts';
import { CallerAccess } from '../../src/admission/keys/caller-access.ts';
import { RequestQueue } from '../../src/admission/queue/queue.ts';
import type { FeatureTools } from '../../src/feature.ts';
import { BackendLive } from '../../src/core/backend-live.ts';
import { createLog } from '../../src/records/log/log.ts';
import { Metrics } from '../../src/records/metrics/metrics.ts';
import { RecentActivity } from '../../src/records/recent/recent-activity.ts';
import { Steering } from '../../src/upstream/steering/steering.ts';
import { FakeClock } from './fake-clock.ts';
import { logSettings } from './log-settings.ts';

/** What features are made with, for tests that need no gateway. The lines of the log go to `show`, as JSON. */
export function featureTools(clock = new FakeClock(), show: (line: string) => void = () => undefined): FeatureTools {
  const settings = logSettings(undefined, { consoleFormat: 'json' });
  const metrics = new Metrics({
    backends: () => [],
    aliases: () => [],
    queueDepth: () => 0,
    bufferedBytes: () => 0,
    bufferedLimitBytes: () => 0,
    droppedLogLines: () => 0,
    version: '',
  });
  const log = createLog(settings, { clock, console: show });
  return {
    clock,
    env: {},
    log,
    metrics,
    queue: new RequestQueue(clock),
    file: undefined,
    callers: new CallerAccess(),
    budgets: new BudgetBook(),
    recent: new RecentActivity(clock),
    steering: new Steering(clock, log, (name) => new BackendLive(name)),
    store: () => Promise.reject(new Error('there is no database')),
  };
}
