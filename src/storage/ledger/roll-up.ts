import type { Column, Queries, Value } from '../database.ts';
import { countValue, measureValue, sumValue, textValue } from '../write-value.ts';
import type { NumberedRow } from './append.ts';
import { DAY_MS, HOUR_MS } from './hours.ts';
import { addingTo, MEASURE_COLUMNS, measuresOf } from './measures.ts';

/** The tables of roll-ups: what one of their rows is of, and how long a time. */
const SPANS = [
  { name: 'hour', spanMs: HOUR_MS },
  { name: 'day', spanMs: DAY_MS },
] as const;

/** In place of the number of dimensions: the roll-up of all of them. Real numbers begin with 1. */
export const ALL_DIMENSIONS = 0;

/** Adds rows to the sums of their hours and days. Always in the same order: so two nodes never wait for each other. */
export async function addToRollups(tx: Queries, rows: readonly NumberedRow[]): Promise<void> {
  for (const { name, spanMs } of SPANS) {
    const sums = new Sums();
    const tagSums = new Sums();
    for (const { row, dim, tags } of rows) {
      const span = Math.floor(countValue(row.startedAt) / spanMs);
      const measures = measuresOf(row);
      for (const one of [ALL_DIMENSIONS, dim]) {
        sums.add([one, span], measures);
        for (const tag of tags) tagSums.add([tag, one, span], measures);
      }
    }
    await upsert(tx, `${name}_rollups`, ['dim', 'span'], sums);
    await upsert(tx, `${name}_tag_rollups`, ['tag', 'dim', 'span'], tagSums);
  }
}

/** Adds the charges of rows to what was spent of budgets. */
export async function addToBudgets(tx: Queries, rows: readonly NumberedRow[]): Promise<void> {
  const spent = new Map<string, { readonly of: [budget: string, window: number]; sum: bigint }>();
  for (const { budget, window, amount } of rows.flatMap(({ row }) => row.charges)) {
    const of: [string, number] = [textValue(budget) ?? '', countValue(window)];
    const key = JSON.stringify(of);
    const known = spent.get(key) ?? { of, sum: 0n };
    known.sum += BigInt(measureValue(amount));
    spent.set(key, known);
  }
  await tx.insert(
    {
      table: 'budget_spend',
      columns: SPEND_COLUMNS,
      onConflict: 'ON CONFLICT (budget, window_start) DO UPDATE SET amount = budget_spend.amount + excluded.amount',
    },
    [...spent].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { of, sum }]) => [...of, sumValue(sum), 0]),
  );
}

const SPEND_COLUMNS: readonly Column[] = [
  { name: 'budget', type: 'TEXT' },
  { name: 'window_start', type: 'BIGINT' },
  { name: 'amount', type: 'BIGINT' },
  { name: 'of_dropped', type: 'BIGINT' },
];

async function upsert(tx: Queries, table: string, key: readonly string[], sums: Sums): Promise<void> {
  await tx.insert(
    {
      table,
      columns: [...key.map((name) => ({ name, type: 'BIGINT' as const })), ...MEASURE_COLUMNS],
      onConflict: `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${addingTo(table)}`,
    },
    sums.sorted(),
  );
}

/** Sums by a key of numbers. */
class Sums {
  readonly #groups = new Map<string, { readonly key: readonly number[]; readonly sums: bigint[] }>();

  add(key: readonly number[], measures: readonly number[]): void {
    const text = key.join();
    const known = this.#groups.get(text);
    if (known === undefined) this.#groups.set(text, { key, sums: measures.map(BigInt) });
    else measures.forEach((measure, at) => (known.sums[at] = (known.sums[at] ?? 0n) + BigInt(measure)));
  }

  sorted(): Value[][] {
    return [...this.#groups.values()]
      .toSorted((a, b) => compare(a.key, b.key))
      .map(({ key, sums }) => [...key, ...sums.map(sumValue)]);
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => number !== b[index]);
  return (a[at] ?? 0) - (b[at] ?? 0);
}
