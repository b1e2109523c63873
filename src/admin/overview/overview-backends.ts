import type { BackendLive } from '../../core/backend-live.ts';
import type { Clock } from '../../lib/clock.ts';
import { reportOf } from '../../routing/report.ts';
import type { OverviewBackend } from './overview-schema.ts';

/** Every backend in one line, as its model that is worst off. */
export function backendsOf(backends: readonly BackendLive[], clock: Clock): OverviewBackend[] {
  return backends.map((live) => {
    const { name, state, in_flight, limit, last_miss, models } = reportOf(live, clock);
    const cooling = models.filter((model) => model.state === 'cooling');
    const halfOpen = models.find((model) => model.state === 'half_open');
    const worst = cooling.toSorted((one, other) =>
      (one.cooling_until ?? '') < (other.cooling_until ?? '') ? 1 : -1,
    )[0];
    const own = { name, in_flight, limit, cooling_models: cooling.map(({ model }) => model) };
    if (state === 'dead') return { ...own, state, cause: last_miss?.failure ?? null, until: null };
    const resting = worst ?? halfOpen;
    if (resting === undefined) return { ...own, state: 'up', cause: null, until: null };
    return { ...own, state: resting.state, cause: resting.last_failure?.failure ?? null, until: resting.cooling_until };
  });
}
