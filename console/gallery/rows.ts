/** A made-up row of the gallery's table. */
export interface Row {
  readonly name: string;
  readonly state: 'up' | 'cooling' | 'dead';
  readonly at: string;
  readonly ms: number | null;
  readonly cost: string | null;
}

const STATES = ['up', 'cooling', 'dead'] as const;

export const ROWS: readonly Row[] = Array.from({ length: 12 }, (_, at) => ({
  name: `row-${String.fromCodePoint(97 + at)}`,
  state: STATES[at % 3] ?? 'up',
  at: new Date(Date.UTC(2026, 10, 30, 15, at)).toISOString(),
  ms: at === 3 ? null : 10 ** (at % 7) * 3,
  cost: at === 5 ? null : `${at * 7}.${at}0012`,
}));
