import type { BackendLive } from '../../core/backend-live.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../records/log/log.ts';
import { Drains } from './drains.ts';
import { Rehearsals } from './rehearsals.ts';
import { RouteTraffic } from './route-traffic.ts';

/** What operators see of routes, and what they do to them at run time. One for the life of the process. */
export class Steering {
  readonly drains: Drains;
  readonly rehearsals: Rehearsals;
  readonly traffic: RouteTraffic;

  /** `backend` is what is known of a backend, by its name. */
  constructor(clock: Clock, log: Log, backend: (name: string) => BackendLive) {
    this.drains = new Drains(backend);
    this.traffic = new RouteTraffic(() => clock.wallNow());
    this.rehearsals = new Rehearsals(clock, Math.random, {
      began: ({ id, backend, failure, caller, endsAt, share, startedBy }) =>
        log.warn('a rehearsal begins', {
          rehearsal: id,
          backend,
          failure,
          caller,
          share,
          until: new Date(endsAt),
          actor: startedBy,
        }),
      ended: ({ id, backend, caller, requests, attempts }, cause) =>
        log.warn('a rehearsal is over', { rehearsal: id, backend, caller, requests, attempts, cause }),
    });
  }
}
