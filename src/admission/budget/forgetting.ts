import type { Clock } from '../../lib/clock.ts';
import type { CallerAccess } from '../keys/caller-access.ts';
import type { BudgetBook } from './budget-book.ts';
import { ownerStateOf } from './owner-state.ts';

const PAUSE_MS = 10 * 60_000;

/** Lets go of budgets whose keys and teams are no more, every ten minutes. */
export class Forgetting {
  #cancel: (() => void) | undefined;

  constructor(
    private readonly book: BudgetBook,
    private readonly callers: CallerAccess,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.#cancel ??= this.clock.after(PAUSE_MS, () => {
      this.book.forget((owner) => ownerStateOf(owner, this.callers), this.clock.wallNow());
      this.#cancel = undefined;
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }
}
