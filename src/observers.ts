import type { Clock } from './lib/clock.ts';
import { FailedKeys } from './admission/failed-keys.ts';
import type { Log } from './records/log/log.ts';
import type { Metrics } from './records/metrics/metrics.ts';
import { Cooldowns } from './routing/cooldown.ts';
import { HealthChecks } from './routing/health.ts';
import { Shortage } from './upstream/shortage.ts';

/** Cooldowns whose beginning and end are in the log and in the metrics. */
export function cooldowns(clock: Clock, log: Log, metrics: Metrics): Cooldowns {
  return new Cooldowns(clock, {
    cooling: ({ name: operation, model: { backend, model, label }, isApart }, until, failure) => {
      // Of a rehearsal the line of the request tells.
      if (isApart) return;
      metrics.cooledDown(backend, label);
      log.warn('backend cools down', { backend, model, operation, failure, until: new Date(until) });
    },
    recovered: ({ name: operation, model: { backend, model } }) =>
      log.info('backend is back', { backend, model, operation, cause: 'it answered a request' }),
  });
}

/** Wrong keys that were shown too often are in the log, all of an address in one line. */
export function failedKeys(clock: Clock, log: Log): FailedKeys {
  return new FailedKeys(clock, (address, requests) =>
    log.warn('requests with wrong keys were refused and not logged one by one', { client_ip: address, requests }),
  );
}

/** Health checks whose findings are in the log. */
export function healthChecks(clock: Clock, log: Log, shortage: Shortage): HealthChecks {
  return new HealthChecks(clock, {
    died: (backend, cause, misses) => log.warn('backend is dead', { backend, cause, misses }),
    revived: (backend, cause) => log.info('backend is alive again', { backend, cause }),
    couldNotAsk: (code) => shortage.noted(code),
  });
}

/** A shortage of files or memory, told once at its beginning and once at its end. */
export function shortageOf(log: Log): Shortage {
  return new Shortage({
    began: (cause) =>
      log.error('the gateway has run out of what it takes to ask backends, and blames none of them', {
        cause,
        remedy: 'Raise the limit of open files (ulimit -n, LimitNOFILE), or set concurrency.max_requests.',
      }),
    ended: () => log.info('the gateway can ask backends again'),
  });
}
