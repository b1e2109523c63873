import type { BudgetBook } from '../admission/budget/budget-book.ts';
import type { DraftPlace } from '../config/draft-place.ts';
import type { ConfigOrigins } from '../config/origins.ts';
import type { Config } from '../config/schema.ts';
import type { RecentActivity } from '../records/recent/recent-activity.ts';
import type { Context } from '../context.ts';
import type { Snapshot } from '../snapshot.ts';
import type { LiveListeners } from './live/live-listeners.ts';
import type { ReloadHistory } from './reload-history.ts';
import type { Steering } from '../upstream/steering/steering.ts';

/** What operations know beyond what every request works with. */
export interface AdminTools {
  /** The config in force. */
  config(): Config;
  /** What requests work with that come now; a call has the one that it began with. */
  snapshotInForce(): Snapshot;
  /** Where its values stand. */
  origins(): ConfigOrigins;
  /** When it was read again, and what came of that. */
  readonly reloads: ReloadHistory;
  /** Where a draft of it would stand. */
  readonly draftPlace: DraftPlace;
  /** What has become of all budgets. */
  readonly budgets: BudgetBook;
  /** What the process has seen lately. */
  readonly recent: RecentActivity;
  /** What is seen of routes, and done to them. */
  readonly steering: Steering;
}

/** What operations work with. */
export interface AdminContext extends Context, AdminTools {
  /** Who watches requests as they happen. */
  readonly live: LiveListeners;
  /** `recent` is without what a demo has made up, and so is everything that is said of requests. */
  readonly hidesHistory?: true;
}
