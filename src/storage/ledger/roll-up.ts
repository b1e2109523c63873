import type { Column, Queries, Value } from '../database.ts';
import { countValue, measureValue, plus, sumValue, textValue, type Sum } from '../write-value.ts';
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
  const ofHours = new Sums();
  for (const { row, dim, tags } of rows) {
    const hour = Math.floor(countValue(row.startedAt) / HOUR_MS);
    const measures = measuresOf(row);
    ofHours.add([NO_TAG, dim, hour], measures);
    for (const tag of tags) ofHours.add([tag, dim, hour], measures);
  }
  for (const { name, spanMs } of SPANS) {
    const sums = new Sums();
    const tagSums = new Sums();
    for (const { key, sums: measures } of ofHours.groups()) {
      const [tag = NO_TAG, dim = ALL_DIMENSIONS, hour = 0] = key;
      const span = Math.floor((hour * HOUR_MS) / spanMs);
      for (const one of [ALL_DIMENSIONS, dim]) {
        if (tag === NO_TAG) sums.add([one, span], measures);
        else tagSums.add([tag, one, span], measures);
      }
    }
    await upsert(tx, `${name}_rollups`, ['dim', 'span'], sums);
    await upsert(tx, `${name}_tag_rollups`, ['tag', 'dim', 'span'], tagSums);
  }
}

/** Real tags begin with 1. */
const NO_TAG = 0;

/** Adds the charges of rows to what was spent of budgets. */
export async function addToBudgets(tx: Queries, rows: readonly NumberedRow[]): Promise<void> {
  const spent = new Map<string, { readonly of: [budget: string, window: number]; sum: Sum }>();
  for (const { budget, window, amount } of rows.flatMap(({ row }) => row.charges)) {
    const of: [string, number] = [textValue(budget) ?? '', countValue(window)];
    const key = JSON.stringify(of);
    const known = spent.get(key) ?? { of, sum: 0 };
    known.sum = plus(known.sum, measureValue(amount));
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

/** What some rows come to that have a key in common. */
interface Group {
  readonly key: readonly number[];
  readonly sums: Sum[];
}

/** Sums by a key of numbers. */
class Sums {
  readonly #groups = new Map<string, Group>();

  groups(): Iterable<Group> {
    return this.#groups.values();
  }

  add(key: readonly number[], measures: readonly Sum[]): void {
    const text = key.join();
    const known = this.#groups.get(text);
    if (known === undefined) this.#groups.set(text, { key, sums: [...measures] });
    else for (let at = 0; at < measures.length; at++) known.sums[at] = plus(known.sums[at] ?? 0, measures[at] ?? 0);
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
