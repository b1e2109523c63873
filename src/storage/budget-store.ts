import type { BudgetSpend, BudgetWindow } from './budget-spend.ts';
import type { Database, Row } from './database.ts';
import { someNumber, someText, sumIn } from './read-row.ts';
import type { BudgetStore } from './store.ts';
import { countValue, jsonValue, textValue } from './write-value.ts';

/** What was spent of budgets, in a database: `append` of the ledger writes it. */
export function budgetStore(database: Database): BudgetStore {
  return {
    async spent(windows) {
      if (windows === undefined) return (await database.read(LATEST)).map(spendOf);
      const wanted = new Set(windows.map(keyOf));
      const { dialect } = database;
      const rows = await database.read(
        `${SELECT} WHERE budget IN ${dialect.textsOf('$1')} AND window_start IN ${dialect.numbersOf('$2')}
          ORDER BY budget, window_start`,
        [
          jsonValue(windows.map(({ budget }) => textValue(budget))),
          jsonValue([...new Set(windows.map(({ window }) => countValue(window)))]),
        ],
      );
      return rows.map(spendOf).filter((spend) => wanted.has(keyOf(spend)));
    },
    async isAlertTold({ budget, window, threshold }) {
      const told = await database.read(
        'SELECT budget FROM budget_alerts WHERE budget = $1 AND window_start = $2 AND threshold = $3',
        [textValue(budget), countValue(window), threshold],
      );
      return told.length > 0;
    },
    async noteAlertTold({ budget, window, threshold, at }) {
      await database.transaction(
        async (tx) =>
          await tx.query(
            `INSERT INTO budget_alerts (budget, window_start, threshold, at) VALUES ($1, $2, $3, $4)
              ON CONFLICT DO NOTHING`,
            [textValue(budget), countValue(window), threshold, countValue(at)],
          ),
      );
    },
  };
}

/** The sum as text: it may be more than a number holds. */
const SELECT = 'SELECT budget, window_start, CAST(amount AS TEXT) AS amount FROM budget_spend';

/** A clock that was ahead for a while has left windows of its own, and one that is set back finds those before. */
const MOST_WINDOWS = 8;

const LATEST = `SELECT budget, window_start, CAST(amount AS TEXT) AS amount FROM (
    SELECT budget, window_start, amount, ROW_NUMBER() OVER (PARTITION BY budget ORDER BY window_start DESC) AS place
    FROM budget_spend
  ) AS spend
  WHERE place <= ${MOST_WINDOWS}
  ORDER BY budget, window_start`;

function keyOf({ budget, window }: BudgetWindow): string {
  return JSON.stringify([textValue(budget), countValue(window)]);
}

function spendOf(row: Row): BudgetSpend {
  return { budget: someText(row, 'budget'), window: someNumber(row, 'window_start'), amount: sumIn(row, 'amount') };
}
