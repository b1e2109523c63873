import type { Column, Dialect, PartitionTable } from '../database.ts';
import { EXCHANGE_COLUMNS } from './exchange-columns.ts';
import { CHARGE_COLUMNS, TRY_COLUMNS } from './try-columns.ts';

/** Which tags an exchange has. */
export const EXCHANGE_TAG_COLUMNS: readonly Column[] = [
  { name: 'tag', type: 'BIGINT' },
  { name: 'exchange', type: 'TEXT' },
  { name: 'day', type: 'BIGINT' },
];

/** The tables of a day, by what they hold. Their names are made of a number, so they may stand in a query. */
export interface DayTables {
  readonly exchanges: string;
  readonly tries: string;
  readonly charges: string;
  readonly tags: string;
}

export function tablesOf(day: number): DayTables {
  const number = Math.trunc(day);
  return {
    exchanges: `exchanges_${number}`,
    tries: `tries_${number}`,
    charges: `charges_${number}`,
    tags: `exchange_tags_${number}`,
  };
}

/** The same as parts of the tables of all days, the least first: in this order they are dropped. */
export function partsOf(day: number): readonly PartitionTable[] {
  const { exchanges, tries, charges, tags } = tablesOf(day);
  return [
    { parent: 'exchange_tags', name: tags },
    { parent: 'charges', name: charges },
    { parent: 'tries', name: tries },
    { parent: 'exchanges', name: exchanges },
  ];
}

/** What makes the tables of a day. Indices are for what is searched; those of what most rows lack have no entry for them. */
export function dayStatements(day: number, dialect: Dialect): string[] {
  const { exchanges, tries, charges, tags } = tablesOf(day);
  const { bytewise, clustered } = dialect;
  const parents = new Map(partsOf(day).map(({ parent, name }) => [name, parent]));
  const table = (name: string, columns: readonly Column[], key: string, end = ''): string => {
    const lines = columns.map((column) => `${column.name} ${column.type}${column.type === 'TEXT' ? bytewise : ''}`);
    // A newer version may have given the whole more columns already: a part has to have them, too.
    const all = dialect.columnsOf?.(parents.get(name) ?? name) ?? lines.join(', ');
    return `CREATE TABLE ${name} (${all}, PRIMARY KEY (${key}))${end}`;
  };
  const sparse = (column: string): string =>
    `CREATE INDEX ${exchanges}_by_${column} ON ${exchanges} (${column}, id) WHERE ${column} IS NOT NULL`;
  return [
    table(exchanges, EXCHANGE_COLUMNS, 'id'),
    `CREATE INDEX ${exchanges}_by_dim ON ${exchanges} (dim, id)`,
    `CREATE INDEX ${exchanges}_by_time ON ${exchanges} (started_at)`,
    `CREATE INDEX ${exchanges}_by_trace ON ${exchanges} (trace_id)`,
    ...['key_id', 'end_user', 'session', 'error_code'].map(sparse),
    `CREATE INDEX ${exchanges}_failed ON ${exchanges} (id) WHERE ${FAILED}`,
    `CREATE INDEX ${exchanges}_unpriced ON ${exchanges} (id) WHERE ${UNPRICED}`,
    `CREATE INDEX ${exchanges}_broken ON ${exchanges} (id) WHERE ${BROKEN}`,
    `CREATE INDEX ${exchanges}_failed_over ON ${exchanges} (id) WHERE ${FAILED_OVER}`,
    table(tries, TRY_COLUMNS, 'exchange, position', clustered),
    `CREATE INDEX ${tries}_by_failure ON ${tries} (failure, exchange) WHERE failure IS NOT NULL`,
    table(charges, CHARGE_COLUMNS, 'exchange, position', clustered),
    table(tags, EXCHANGE_TAG_COLUMNS, 'tag, exchange', clustered),
    ...partsOf(day).flatMap((part) => dialect.attach?.(part, day) ?? []),
  ];
}

/** Conditions that have an index of their own: a query that has one in these words uses it. */
export const FAILED = 'status >= 400';
export const UNPRICED = 'unpriced = 1';
export const BROKEN = 'interrupted = 1';
export const FAILED_OVER = 'attempts > 1';
