import type { BudgetSpend } from './budget-spend.ts';
import type { Database, Row } from './database.ts';
import { someNumber, someText, sumIn } from './read-row.ts';
import type { BudgetStore } from './store.ts';
import { countValue, textValue } from './write-value.ts';

/** What was spent of budgets, in a database: `append` of the ledger writes it. */
export function budgetStore(database: Database): BudgetStore {
  return {
    async spent(windows) {
      if (windows === undefined) return (await database.read(LATEST)).map(spendOf);
      const found = await Promise.all(
        windows.map(
          async ({ budget, window }) =>
            await database.read(`${SELECT} WHERE budget = $1 AND window_start = $2`, [
              textValue(budget),
              countValue(window),
            ]),
        ),
      );
      return found.flat().map(spendOf);
    },
    async claimAlert({ budget, window, threshold, at }) {
      const claimed = await database.transaction(
        async (tx) =>
          await tx.query(
            `INSERT INTO budget_alerts (budget, window_start, threshold, at) VALUES ($1, $2, $3, $4)
              ON CONFLICT DO NOTHING RETURNING budget`,
            [textValue(budget), countValue(window), threshold, countValue(at)],
          ),
      );
      return claimed.length > 0;
    },
  };
}

/** The sum as text: it may be more than a number holds. */
const SELECT = 'SELECT budget, window_start, CAST(amount AS TEXT) AS amount FROM budget_spend';

const LATEST = `${SELECT} AS spend
  WHERE window_start = (SELECT MAX(window_start) FROM budget_spend WHERE budget = spend.budget)
  ORDER BY budget`;

function spendOf(row: Row): BudgetSpend {
  return { budget: someText(row, 'budget'), window: someNumber(row, 'window_start'), amount: sumIn(row, 'amount') };
}
