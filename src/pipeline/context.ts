import type { Cooldowns } from '../backends/cooldown.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../observe/log.ts';
import type { Snapshot } from '../snapshot.ts';

/** What the verbs work with. One for each snapshot, so that an exchange ends on the config that it began with. */
export interface Context {
  readonly snapshot: Snapshot;
  readonly cooldowns: Cooldowns;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). */
  random(): number;
}
