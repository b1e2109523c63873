import type { Column } from './table.tsx';

/** What rows are sorted by: the name of a column, with a `-` in front from the largest down; empty: as they came. */
export interface Sort {
  value: string;
}

/** The rows in the order that `sort` asks for; those without a value come last. */
export function sortedRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort = ''): readonly Row[] {
  const isDown = sort.startsWith('-');
  const valueOf = columns.find(({ name }) => name === (isDown ? sort.slice(1) : sort))?.sortValue;
  if (valueOf === undefined) return rows;
  return rows.toSorted((one, other) => {
    const [a, b] = [valueOf(one), valueOf(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order = typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : a < b ? -1 : a > b ? 1 : 0;
    return isDown ? -order : order;
  });
}
