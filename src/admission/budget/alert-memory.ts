import type { Store } from '../../storage/store.ts';
import type { AlertMemory } from './alert-queue.ts';
import type { Alert } from './alert.ts';

/** Remembers in a store which alerts were told. While it is away nobody knows: to be told twice is better than not at all. */
export function alertMemory(store: () => Promise<Store>): AlertMemory {
  const rowOf = ({ budgetId, window, threshold, at }: Alert) => ({
    budget: budgetId,
    window: window.start,
    threshold,
    at,
  });
  return {
    async isTold(alert) {
      try {
        return await (await store()).budgets.isAlertTold(rowOf(alert));
      } catch {
        return false;
      }
    },
    async noteTold(alert) {
      try {
        await (await store()).budgets.noteAlertTold(rowOf(alert));
      } catch {
        // The receiver knows it by its id when it is told again.
      }
    },
  };
}
